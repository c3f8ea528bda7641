import { complete } from '../../../src/cli/completion/complete';
import { createProgram } from '../../../src/cli/program';

/** What could stand for the last word. */
async function values(...words: string[]): Promise<string[]> {
  return (await complete(createProgram(), words)).candidates.map(({ value }) => value);
}

const files = async (...words: string[]): Promise<boolean> => (await complete(createProgram(), words)).files;

describe('the completion', () => {
  it.each([
    [[''], ['start', 'exec', 'extensions', 'completion', 'help']],
    [['sta'], ['start', 'status', 'state']],
    [
      ['extensions', 'dev', ''],
      ['new', 'enable', 'disable', 'list'],
    ],
    [['extensions', 'up'], ['update']],
    [['state', 'e'], ['export']],
    [['routes', ''], ['explain']],
    [['logs', '--f'], ['--follow']],
    [
      ['logs', '-'],
      ['--follow', '-f', '--tail', '--json', '--help'],
    ],
    [
      ['routes', 'explain', 'P'],
      ['POST', 'PUT', 'PATCH'],
    ],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['extensions', 'dev', 'new', '--template', 'w'], ['web-app']],
    [['extensions', 'dev', 'new', '--template=w'], ['--template=web-app']],
    // As bash splits it.
    [['extensions', 'dev', 'new', '--template', '=', 'w'], ['web-app']],
    [['start', '-d', '--port', ''], []],
    [['logs', '--', '-'], []],
    [['no-such-command', ''], []],
  ])('of %j has %j', async (words, expected) => {
    const found = await values(...words);
    if (expected.length === 0) expect(found.filter((value) => value !== 'help')).toEqual([]);
    expect(found).toEqual(expect.arrayContaining(expected));
  });

  it('says what each word means', async () => {
    const { candidates } = await complete(createProgram(), ['doc']);
    expect(candidates).toEqual([{ value: 'doctor', description: expect.stringContaining('mend') as string }]);
  });

  it('shows no command that is hidden', async () => {
    expect(await values('_')).toEqual([]);
    expect(await values('')).not.toContain('__complete');
  });

  it('leaves files to the shell where a file could stand', async () => {
    expect(await files('start', '--extensions', './ext')).toBe(true);
    expect(await files('state', 'import', '')).toBe(true);
    expect(await files('extensions', 'install', 'a', './')).toBe(true);
    expect(await files('logs', '')).toBe(false);
    expect(await files('exec', '--workdir', '')).toBe(false);
  });

  it('says nothing about a program in the container, whose options are its own', async () => {
    expect(await values('exec', 'ls', '-')).toEqual([]);
    expect(await values('exec', '--', 'ls', '--na')).toEqual([]);
    expect(await values('exec', '--na')).toEqual(['--name']);
  });

  it('knows every option of every command', async () => {
    const program = createProgram();
    for (const command of program.commands) {
      const known = await values(command.name(), '--');
      for (const { long, hidden } of command.options) if (!hidden) expect(known).toContain(long);
    }
  });
});
