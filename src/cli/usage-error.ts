import type { Command, CommanderError } from 'commander';
import { BacklotError } from '../api/errors';
import { nearest } from '../api/nearest';

/** `backlot extensions list` */
export function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}

/** What commander has to say about a command that was mistyped, as an error of ours. */
export function usageError(command: Command, { code, message }: CommanderError): BacklotError {
  const said = suggestSubcommand(command, code) ?? message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
  return new BacklotError('BACKLOT_E_OPTION_INVALID', said === '(outputHelp)' ? 'a command is missing' : said, {
    remedy: `See what there is, with examples: ${pathOf(command)} --help`,
  });
}

/** commander takes a mistyped subcommand for an argument where the command can do something by itself. */
function suggestSubcommand(command: Command, code: string): string | undefined {
  const word = command.args[0];
  if (code !== 'commander.excessArguments' || word === undefined || command.commands.length === 0) return undefined;
  const names = command.commands.map((each) => each.name());
  const meant = nearest(word, names);
  const hint = meant === undefined ? `there is ${names.join(', ')}` : `Did you mean ${meant}?`;
  return `unknown command '${word}' (${hint})`;
}
