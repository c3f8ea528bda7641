import path from 'node:path';
import type { Command } from 'commander';
import { note, say } from '../../terminal';
import { devListOf, extensionsOption, type DevOptions } from './dev-options';

/** `backlot extensions dev enable` */
export function addDevEnable(dev: Command): void {
  dev
    .command('enable')
    .argument('<path>', 'folder of the package of an extension')
    .description('let the platform load an extension from its folder, and reload it on every save')
    .addOption(extensionsOption())
    .addHelpText(
      'after',
      `
Examples:
  $ backlot extensions dev enable ./my-extension`,
    )
    .action(async (folder: string, options: DevOptions) => {
      const { enableFolder } = await import('../../../extensions/dev/enable.js');
      const file = devListOf(options);
      const { manifest, problem, wasEnabled } = await enableFolder(file, path.resolve(folder));
      const names = manifest.extensions.map(({ name }) => name).join(', ');
      say(wasEnabled ? `${names} is enabled already` : `enabled ${names} (${manifest.package} ${manifest.version})`);
      if (problem) note(`${problem.message}\n  to do: ${problem.remedy}`);
      if (!wasEnabled) say(`the next \`backlot start\` loads it; ${path.basename(file)} is yours, do not commit it`);
    });
}
