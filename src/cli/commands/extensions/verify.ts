import type { Command } from 'commander';
import { EXIT } from '../../exit-codes';
import { report } from '../../report';
import { jsonOption } from '../../options';
import { say } from '../../terminal';
import { type ExtensionsOptions, listFile, listOption } from './options';

/** `backlot extensions verify` */
export function addVerify(group: Command): void {
  group
    .command('verify')
    .description('compare the list with its lock, and the bytes of every package with what is locked')
    .addOption(listOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Example:
  $ backlot extensions verify`,
    )
    .action(async (options: ExtensionsOptions) => {
      const { verifyExtensions } = await import('../../../host/check-extensions.js');
      const file = listFile(options);
      const { packages, failed } = await verifyExtensions(file);
      if (options.json) say(JSON.stringify({ file, packages, failed: failed.map((error) => error.toJSON()) }));
      else if (failed.length === 0) say(`${packages} packages are what the lock says`);
      for (const error of options.json ? [] : failed) report(error);
      process.exitCode = failed.length === 0 ? EXIT.ok : EXIT.failed;
    });
}
