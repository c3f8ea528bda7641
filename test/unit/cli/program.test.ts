import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command, Option } from 'commander';
import { EXIT } from '../../../src/cli/exit-codes';
import { createProgram } from '../../../src/cli/program';
import { pathOf } from '../../../src/cli/usage-error';

/** Every command that does something. */
function leaves(command: Command): Command[] {
  const below = command.createHelp().visibleCommands(command).filter(isOwn).flatMap(leaves);
  const doesSomething = command.commands.length === 0 || ('_actionHandler' in command && command._actionHandler);
  return doesSomething ? [command, ...below] : below;
}

const COMMANDS = leaves(createProgram())
  .filter((command) => command.parent !== null)
  .map((command) => [pathOf(command), command] as const);

/** commander adds a command `help` to every group. */
function isOwn(command: Command): boolean {
  return command.name() !== 'help';
}

/** What `--help` prints. */
function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part), getOutHasColors: () => false });
  command.outputHelp();
  return text;
}

const find = (command: Command, flag: string): Option | undefined => command.options.find(({ long }) => long === flag);

describe('every command', () => {
  it('is found by this test', () => {
    const names = COMMANDS.map(([name]) => name);
    expect(names).toEqual(expect.arrayContaining(['backlot exec', 'backlot routes', 'backlot routes explain']));
    expect(names).toEqual(expect.arrayContaining(['backlot extensions dev list', 'backlot config show']));
    expect(names.length).toBeGreaterThan(35);
  });

  it.each(COMMANDS)('%s says in one line what it does', (_, command) => {
    expect(command.description()).toMatch(/^[^A-Z\n].{15,}[^.\n]$/);
  });

  it.each(COMMANDS)('%s --help has examples of it', (name, command) => {
    const examples = helpOf(command).split(/^Examples?:\n/m)[1] ?? '';
    expect(examples).toContain(`  $ ${name}`);
  });

  it.each(COMMANDS)('%s explains each of its options and arguments', (_, command) => {
    const unexplained = command.options.filter(({ description }) => description === '').map(({ flags }) => flags);
    expect(unexplained).toEqual([]);
  });

  it.each(COMMANDS)('%s can speak to programs: --json', (_, command) => {
    expect(find(command, '--json')).toBeDefined();
  });
});

describe('the reference page of the command', () => {
  const page = readFileSync(path.resolve(__dirname, '../../../docs/reference/command.md'), 'utf8');

  it.each(COMMANDS.map(([name]) => name.split(' ').slice(0, 2).join(' ')))('has %s', (name) => {
    expect(page).toMatch(new RegExp(`${name}\\b`));
  });

  it.each(Object.entries(EXIT))('says what exit code %s means (%i)', (_, code) => {
    expect(page).toMatch(new RegExp(`^\\| ${code} +\\| .{10,}`, 'm'));
  });
});
