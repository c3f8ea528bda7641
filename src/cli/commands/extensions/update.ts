import { Argument, type Command } from 'commander';
import { completedBy } from '../../completion/hints';
import { jsonOption, nameOption, urlOption } from '../../options';
import { describeApplied, withApplyProgress, type ApplyCommandOptions } from './applied';
import { listFile, listOption } from './options';

/** `backlot extensions update [NAME…]` */
export function addUpdate(group: Command): void {
  group
    .command('update')
    .addArgument(completedBy(new Argument('[names...]', 'names of extensions or packages; none for all'), 'extensions'))
    .description('lock the newest that the list allows, and bring it to the instance that runs')
    .addOption(listOption())
    .addOption(urlOption())
    .addOption(nameOption())
    .option('--dry-run', 'only say what would be done')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ backlot extensions update
  $ backlot extensions update stripe --dry-run`,
    )
    .action(async (names: string[], options: ApplyCommandOptions) => {
      const { updateExtensions } = await import('../../../host/apply-extensions.js');
      const file = listFile(options);
      const applied = await withApplyProgress(options, (how) => updateExtensions(file, names, how));
      describeApplied(file, applied, options);
    });
}
