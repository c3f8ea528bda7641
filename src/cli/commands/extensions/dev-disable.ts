import { Argument, type Command } from 'commander';
import { completedBy } from '../../completion/hints';
import { jsonOption } from '../../options';
import { say } from '../../terminal';
import { devListOf, extensionsOption, type DevOptions } from './dev-options';

/** `backlot extensions dev disable` */
export function addDevDisable(dev: Command): void {
  dev
    .command('disable')
    .addArgument(completedBy(new Argument('<name|path>', 'an extension, its package, or its folder'), 'extensions'))
    .description('load an extension from its folder no longer')
    .addOption(extensionsOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ backlot extensions dev disable my-extension
  $ backlot extensions dev disable ./my-extension`,
    )
    .action(async (meant: string, options: DevOptions) => {
      const { disableFolder } = await import('../../../extensions/dev/enable.js');
      const file = devListOf(options);
      const folder = await disableFolder(file, meant, process.cwd());
      if (options.json) return say(JSON.stringify({ file, folder }));
      say(`disabled ${folder}; the next \`backlot start\` or \`backlot restart\` goes without it`);
    });
}
