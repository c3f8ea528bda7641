import { Argument, type Command } from 'commander';
import { ASK, FILES, SCRIPTS, type Shell, SHELLS } from '../completion/scripts';
import { jsonOption } from '../options';
import { endNow, say, write } from '../terminal';

/** `backlot completion`, and the command that its scripts ask. */
export function addCompletion(program: Command): void {
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'the shell that is to complete').choices(SHELLS))
    .description('print what a shell has to run to complete commands, options and names')
    .addOption(jsonOption('as one JSON object: { shell, script }'))
    .addHelpText(
      'after',
      `
It is only printed. What it completes, it asks this command for, so it is never out of date.

Examples:
  $ source <(backlot completion bash)          for this shell; put it into ~/.bashrc for all
  $ source <(backlot completion zsh)           the same in ~/.zshrc, after compinit
  $ backlot completion fish | source`,
    )
    .action((shell: Shell, options: { json?: true }) => {
      say(options.json ? JSON.stringify({ shell, script: SCRIPTS[shell] }) : SCRIPTS[shell]);
    });
  program
    .command(ASK, { hidden: true })
    .argument('<shell>')
    .argument('[words...]')
    .passThroughOptions()
    .helpOption(false)
    .action(async (_shell: Shell, words: string[]) => {
      const { complete } = await import('../completion/complete.js');
      const { candidates, files } = await complete(program, words);
      const lines = candidates.map(({ value, description }) => `${value}\t${description}\n`);
      await write(process.stdout, lines.join('') + (files ? `${FILES}\n` : ''));
      // Nobody waits for an engine that has not answered in time.
      endNow();
    });
}
