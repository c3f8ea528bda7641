import type { Command } from 'commander';
import { jsonOption } from '../options';
import { say } from '../terminal';

interface Options {
  readonly registry?: string;
  readonly scope?: string;
  readonly tokenStdin?: true;
  readonly json?: true;
}

/** `backlot login` */
export function addLogin(program: Command): void {
  program
    .command('login')
    .description('log in to a package registry: with user name and password, or a token from standard input')
    .option('--registry <url>', 'the registry (default: the one of the scope, or the one that npm uses)')
    .option('--scope <@scope>', 'packages of this scope come from that registry')
    .option('--token-stdin', 'read a token from standard input; so it is, too, when that is no terminal')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ backlot login --registry https://npm.acme.example/ --scope @acme
  $ echo "$TOKEN" | backlot login --registry https://npm.acme.example/ --token-stdin`,
    )
    .action(async (options: Options) => {
      const [{ chosenRegistry, logIn }, { askForProof }] = await Promise.all([
        import('../../extensions/registry/index.js'),
        import('../ask-for-proof.js'),
      ]);
      const choice = { ...options, projectDirectory: process.cwd() };
      // A mistyped address is told before anything is asked.
      const registry = await chosenRegistry(choice);
      const proof = await askForProof(registry, options.tokenStdin === true);
      const { user, scope, file } = await logIn(choice, proof);
      if (options.json) return say(JSON.stringify({ registry, user: user ?? null, scope: scope ?? null, file }));
      const who =
        user === undefined ? 'the token is kept; the registry could not say whose it is' : `logged in as ${user}`;
      say(`${registry}: ${who}${scope === undefined ? '' : `, also for packages of ${scope}`}`);
      say(`the token is in ${file}; a Backlot that runs gets it with \`backlot restart\``);
    });
}
