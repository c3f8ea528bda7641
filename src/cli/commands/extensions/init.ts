import type { Command } from 'commander';
import { jsonOption } from '../../options';
import { say } from '../../terminal';
import { type ExtensionsOptions, listFile, listOption } from './options';

/** `backlot extensions init` */
export function addInit(group: Command): void {
  group
    .command('init')
    .description('create a list of extensions without entries; one that there is stays as it is')
    .addOption(listOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Example:
  $ backlot extensions init`,
    )
    .action(async (options: ExtensionsOptions) => {
      const { createList } = await import('../../../extensions/list/index.js');
      const file = listFile(options);
      await createList(file);
      say(options.json ? JSON.stringify({ file }) : `created ${file}`);
    });
}
