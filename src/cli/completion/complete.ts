import type { Argument, Command, Option } from 'commander';
import { hintOf } from './hints';
import { lookUpNames } from './names';

/** A word that could stand at the cursor. */
export interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** What could stand at the cursor. */
export interface Completion {
  readonly candidates: readonly Candidate[];
  /** Whether a file could, too, which a shell knows best. */
  readonly files: boolean;
}

const NOTHING: Completion = { candidates: [], files: false };

/** What could stand for the last of the words after `backlot`, which may be empty or begun. */
export async function complete(program: Command, typed: readonly string[]): Promise<Completion> {
  const { words, isSplit } = joinAssignments(typed);
  const current = words.at(-1) ?? '';
  const place = placeAfter(program, words.slice(0, -1));
  if (place === undefined) return NOTHING;
  const { command, position, onlyArguments, waiting } = place;
  if (waiting) return matching(await valuesOf(waiting), current);
  const assignment = onlyArguments ? null : /^(--[^=]+=)(.*)$/s.exec(current);
  if (assignment) {
    const [, flag = '', begun = ''] = assignment;
    const option = findOption(command, flag.slice(0, -1));
    if (!option?.required) return NOTHING;
    const { candidates, files } = matching(await valuesOf(option), begun);
    // A shell that splits words at "=" completes the value alone.
    return { candidates: candidates.map((each) => (isSplit ? each : { ...each, value: flag + each.value })), files };
  }
  if (current.startsWith('-') && !onlyArguments)
    return matching({ candidates: optionsOf(command), files: false }, current);
  const subcommands = position === 0 && !onlyArguments ? subcommandsOf(command) : [];
  const argument = argumentAt(command, position);
  const values = argument ? await valuesOf(argument) : NOTHING;
  return matching({ candidates: [...subcommands, ...values.candidates], files: values.files }, current);
}

/** bash takes `--name=x` for three words. */
function joinAssignments(typed: readonly string[]): { words: string[]; isSplit: boolean } {
  const words: string[] = [];
  let isSplit = false;
  for (const word of typed) {
    const before = words.at(-1);
    const belongs = before !== undefined && /^--[^=]+(=)?$/.test(before) && (word === '=' || before.endsWith('='));
    if (belongs) words[words.length - 1] = before + word;
    else words.push(word);
    isSplit = belongs;
  }
  return { words, isSplit };
}

interface Place {
  readonly command: Command;
  /** How many arguments the command has already. */
  readonly position: number;
  /** Whether there was a `--`. */
  readonly onlyArguments: boolean;
  /** The option whose value comes next. */
  readonly waiting: Option | undefined;
}

/** Where the words lead; undefined when what follows belongs to another program. */
function placeAfter(program: Command, words: readonly string[]): Place | undefined {
  let [command, position, onlyArguments] = [program, 0, false];
  let waiting: Option | undefined;
  for (const word of words) {
    if (waiting) {
      waiting = undefined;
    } else if (word === '--' && !onlyArguments) {
      onlyArguments = true;
    } else if (word.startsWith('-') && word !== '-' && !onlyArguments) {
      const option = word.includes('=') ? undefined : findOption(command, word);
      if (option?.required) waiting = option;
    } else {
      const below =
        position === 0 && !onlyArguments ? command.commands.find((each) => each.name() === word) : undefined;
      if (below) command = below;
      else position += 1;
    }
    if (position > 0 && passesThrough(command)) return undefined;
  }
  return { command, position, onlyArguments, waiting };
}

/** commander keeps to itself that a command hands all that follows to another program. */
function passesThrough(command: Command): boolean {
  return Boolean((command as unknown as { _passThroughOptions?: boolean })._passThroughOptions);
}

function findOption(command: Command, flag: string): Option | undefined {
  return (
    command.options.find(({ long, short }) => long === flag || short === flag) ??
    (command.parent ? findOption(command.parent, flag) : undefined)
  );
}

function argumentAt({ registeredArguments: all }: Command, position: number): Argument | undefined {
  const last = all.at(-1);
  return all[position] ?? (last?.variadic ? last : undefined);
}

function subcommandsOf(command: Command): Candidate[] {
  const visible = command.createHelp().visibleCommands(command);
  return visible.map((each) => ({ value: each.name(), description: each.description() }));
}

function optionsOf(command: Command): Candidate[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .flatMap(({ long, short, description }) =>
      [long, short].flatMap((flag) => (flag === undefined ? [] : { value: flag, description })),
    );
}

async function valuesOf(subject: Option | Argument): Promise<Completion> {
  const hint = hintOf(subject);
  if (hint === undefined) return NOTHING;
  if (hint === 'files') return { candidates: [], files: true };
  const values = typeof hint === 'string' ? await lookUpNames(hint) : hint;
  return { candidates: values.map((value) => ({ value, description: '' })), files: false };
}

function matching({ candidates, files }: Completion, begun: string): Completion {
  return { candidates: candidates.filter(({ value }) => value.startsWith(begun)), files };
}
