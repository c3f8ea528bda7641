import { Argument, type Command } from 'commander';
import { completedBy } from '../../completion/hints';
import { EXIT } from '../../exit-codes';
import { jsonOption } from '../../options';
import { say } from '../../terminal';
import { type ExtensionsOptions, listFile, listOption } from './options';

/** `backlot extensions outdated [NAME…]` */
export function addOutdated(group: Command): void {
  group
    .command('outdated')
    .addArgument(completedBy(new Argument('[names...]', 'names of extensions or packages; none for all'), 'extensions'))
    .description('show newer versions than are locked; the exit code is 1 when there are any')
    .addOption(listOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ backlot extensions outdated
  $ backlot extensions outdated --json`,
    )
    .action(async (names: string[], options: ExtensionsOptions) => {
      const { outdatedExtensions } = await import('../../../host/check-extensions.js');
      const file = listFile(options);
      const outdated = await outdatedExtensions(file, names);
      if (options.json) say(JSON.stringify({ file, outdated }));
      else if (outdated.length === 0) say('everything is as new as it can be');
      for (const { package: name, current, wanted, latest } of options.json ? [] : outdated) {
        say(`${name}  ${current}  allowed: ${wanted}  latest: ${latest}`);
      }
      process.exitCode = outdated.length === 0 ? EXIT.ok : EXIT.failed;
    });
}
