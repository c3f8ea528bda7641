import { Argument, type Command } from 'commander';
import { completedBy } from '../../completion/hints';
import { jsonOption, nameOption, urlOption } from '../../options';
import { note, say } from '../../terminal';
import { type ExtensionsOptions, listFile, listOption } from './options';

/** `backlot extensions uninstall NAME…` */
export function addUninstall(group: Command): void {
  group
    .command('uninstall')
    .addArgument(
      completedBy(
        new Argument('<names...>', 'names of extensions or packages, or specs as they are in the list'),
        'extensions',
      ),
    )
    .description('take extensions out of the list, and out of the instance that runs')
    .addOption(listOption())
    .addOption(urlOption())
    .addOption(nameOption())
    .option('--dry-run', 'only say what would be done')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ backlot extensions uninstall hello-world
  $ backlot extensions uninstall @acme/backlot-extension-ledger --dry-run`,
    )
    .action(async (names: string[], options: ExtensionsOptions & { dryRun?: true }) => {
      const [{ uninstallExtensions }, { findRunning }] = await Promise.all([
        import('../../../host/uninstall-extensions.js'),
        import('../../../host/find-running.js'),
      ]);
      const file = listFile(options);
      const url = await findRunning(options);
      const dryRun = options.dryRun === true;
      const { removed, stopped } = await uninstallExtensions(file, names, {
        dryRun,
        ...(url === undefined ? {} : { url }),
        // Said at once: when the instance refuses, the list has been changed all the same.
        onListChanged: (gone) => {
          if (options.json) return;
          for (const { spec } of gone) say(`${dryRun ? 'would remove' : 'removed'} ${spec} from ${file}`);
        },
        onLine: ({ phase, message }) => {
          if (!options.json && phase !== 'done' && typeof message === 'string') note(message);
        },
      });
      if (options.json)
        return say(JSON.stringify({ file, dryRun, removed, url: url ?? null, stopped: stopped ?? null }));
      for (const name of stopped ?? []) say(`${dryRun ? 'would stop' : 'stopped'} ${name}, which runs at ${url}`);
    });
}
