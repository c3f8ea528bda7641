import type { Command } from 'commander';
import { jsonOption } from '../options';
import { say } from '../terminal';

interface Options {
  readonly registry?: string;
  readonly scope?: string;
  readonly json?: true;
}

/** `backlot whoami` */
export function addWhoami(program: Command): void {
  program
    .command('whoami')
    .description('say as whom a package registry knows you; the exit code is 1 when it does not')
    .option('--registry <url>', 'the registry (default: the one of the scope, or the one that npm uses)')
    .option('--scope <@scope>', 'the registry of this scope')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Example:
  $ backlot whoami --scope @acme`,
    )
    .action(async (options: Options) => {
      const { whoAmI } = await import('../../extensions/registry/index.js');
      const found = await whoAmI({ ...options, projectDirectory: process.cwd() });
      say(options.json ? JSON.stringify(found) : found.user);
    });
}
