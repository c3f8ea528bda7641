import type { Command } from 'commander';
import { jsonOption } from '../options';
import { note, say } from '../terminal';

interface Options {
  readonly registry?: string;
  readonly scope?: string;
  readonly json?: true;
}

/** `backlot logout` */
export function addLogout(program: Command): void {
  program
    .command('logout')
    .description('forget the credentials of a package registry, and have it forget the token')
    .option('--registry <url>', 'the registry (default: the one of the scope, or the one that npm uses)')
    .option('--scope <@scope>', 'forget, too, that packages of this scope come from there')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Example:
  $ backlot logout --scope @acme`,
    )
    .action(async (options: Options) => {
      const { logOut } = await import('../../extensions/registry/index.js');
      const { registry, file, wasLoggedIn, revoked, remains } = await logOut({
        ...options,
        projectDirectory: process.cwd(),
      });
      if (options.json) say(JSON.stringify({ registry, file, wasLoggedIn, revoked, remains: remains ?? null }));
      else if (!wasLoggedIn) say(`${registry}: you were not logged in`);
      else say(`${registry}: logged out${revoked ? ', and the token is void' : ''}`);
      if (remains !== undefined) note(`credentials for it are still among npm's own settings, as ${remains}`);
    });
}
