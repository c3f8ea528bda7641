import path from 'node:path';
import type { Command } from 'commander';
import { jsonOption } from '../../options';
import { note, say } from '../../terminal';
import { devListOf, extensionsOption, type DevOptions } from './dev-options';

/** `backlot extensions dev enable` */
export function addDevEnable(dev: Command): void {
  dev
    .command('enable')
    .argument('<path>', 'folder of the package of an extension')
    .description('let the platform load an extension from its folder, and reload it on every save')
    .addOption(extensionsOption())
    .addOption(jsonOption())
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
      if (options.json) {
        const { extensions, package: from, version } = manifest;
        const told = { file, package: from, version, extensions: extensions.map(({ name }) => name), wasEnabled };
        return say(JSON.stringify({ ...told, problem: problem?.toJSON() ?? null }));
      }
      const names = manifest.extensions.map(({ name }) => name).join(', ');
      say(wasEnabled ? `${names} is enabled already` : `enabled ${names} (${manifest.package} ${manifest.version})`);
      if (problem) note(`${problem.message}\n  to do: ${problem.remedy}`);
      if (!wasEnabled) say(`the next \`backlot start\` loads it; ${path.basename(file)} is yours, do not commit it`);
    });
}
