import path from 'node:path';
import { type CommandOptions, runCommand } from '../support/run-command';
import { temporaryDirectory } from '../support/temporary-directory';

const LIST = `{
  "extensions": [
    "backlot-extension-hello-world",
    { "spec": "backlot-extension-pay", "config": { "apiKey": "hush", "mode": "test" } },
  ]
}`;

interface Shown {
  readonly command: { name: string; value: string | null; origin: string; from: string | null }[];
  readonly container: null;
  readonly extensions: { spec: string; config?: unknown; from: string }[];
}

function run(args: string[], files: Record<string, unknown>, env: CommandOptions['env'] = {}) {
  const cwd = temporaryDirectory(files);
  return { cwd, outcome: runCommand(['config', ...args], { cwd, env }) };
}

describe('backlot config show', () => {
  it('says of every setting who says so: default, variable, flag or file', async () => {
    const { cwd, outcome } = run(
      ['show', '--json', '--port', '4567', '-e', 'DEBUG=1', '-e', 'MY_TOKEN=hush'],
      { 'extensions.json': LIST },
      { MAIN_CONTAINER_NAME: 'mine', BACKLOT_ADMIN_TOKEN: 'hush' },
    );
    const { code, stdout, stderr } = await outcome;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toContain('hush');
    const { command, container, extensions } = JSON.parse(stdout) as Shown;
    const find = (name: string) => command.find((setting) => setting.name === name);
    expect(find('name')).toMatchObject({ value: 'mine', origin: 'environment', from: 'MAIN_CONTAINER_NAME' });
    expect(find('port')).toMatchObject({ value: '4567', origin: 'flag', from: '--port' });
    expect(find('image')).toMatchObject({ origin: 'default', from: null });
    expect(find('environment DEBUG')).toMatchObject({ value: '1', origin: 'flag', from: '--env' });
    expect(find('environment MY_TOKEN')).toMatchObject({ value: '***' });
    expect(find('admin token')).toMatchObject({ value: '***', from: 'BACKLOT_ADMIN_TOKEN' });
    const file = path.join(cwd, 'extensions.json');
    expect(extensions).toEqual([
      expect.objectContaining({ spec: 'backlot-extension-hello-world', from: `${file}:3` }),
      expect.objectContaining({ config: { apiKey: '***', mode: 'test' }, from: `${file}:4` }),
    ]);
    // There is no engine here, which is no reason to show nothing.
    expect(container).toBeNull();
  });

  it('is a table for people', async () => {
    const { stdout } = await run(['show'], { 'extensions.json': LIST }, { IMAGE_NAME: 'other:1' }).outcome;
    expect(stdout).toMatch(/^the command\n {2}setting +value +from\n/);
    expect(stdout).toMatch(/^ {2}image +other:1 +IMAGE_NAME$/m);
    expect(stdout).toContain('no engine answers');
  });

  it('says what is wrong with the list', async () => {
    const { code, stderr } = await run(['show'], { 'extensions.json': '{' }).outcome;
    expect(stderr).toContain('error BACKLOT_E_LIST_SYNTAX');
    expect(code).toBe(1);
  });
});

describe('backlot config validate', () => {
  it('finds nothing wrong with nothing', async () => {
    const { code, stdout, stderr } = await run(['validate', '--json'], {}).outcome;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ valid: true, mistakes: [] });
  });

  it('finds mistakes of the list, of what it names, of variables and of the compose file, each with its place', async () => {
    const { cwd, outcome } = run(
      ['validate', '--json', '-e', 'LOCALSTACK_DEBUG=perhaps'],
      {
        'extensions.json': '{ "extensions": ["file:./gone", "not a spec!"] }',
        'extensions.lock.json': '{',
        'extensions.dev.json': { folders: ['./gone-too'] },
        'docker-compose.yml': 'services:\n  b:\n    image: backlot\n    environment:\n      BACKLOT_VOLUM: /x\n',
      },
      { BACKLOT_HOOK_TIMOUT: '3' },
    );
    const { code, stdout } = await outcome;
    expect(code).toBe(1);
    const { valid, mistakes } = JSON.parse(stdout) as {
      valid: boolean;
      mistakes: { severity: string; code: string; where: { file?: string; line?: number }; action: string }[];
    };
    expect(valid).toBe(false);
    const told = mistakes.map(({ severity, code, where, action }) => {
      return [severity, code, where.file === undefined ? '' : path.relative(cwd, where.file), where.line, action];
    });
    const anything = expect.any(String) as string;
    const list = 'extensions.json';
    expect(told).toEqual([
      ['error', 'BACKLOT_E_PACKAGE_NOT_FOUND', list, 1, anything],
      ['error', 'BACKLOT_E_SPEC_INVALID', list, 1, anything],
      ['error', 'BACKLOT_E_LOCK_INVALID', 'extensions.lock.json', 1, anything],
      ['error', 'BACKLOT_E_PACKAGE_NOT_FOUND', 'extensions.dev.json', undefined, anything],
      ['error', 'BACKLOT_E_SETTING_INVALID', '', undefined, 'Give 0 or 1.'],
      ['warning', 'BACKLOT_E_SETTING_INVALID', '', undefined, 'Write BACKLOT_HOOK_TIMEOUT.'],
      ['warning', 'BACKLOT_E_SETTING_INVALID', 'docker-compose.yml', 5, 'Write BACKLOT_VOLUME.'],
    ]);
  });

  it('tells people the same, and what to do about each', async () => {
    const { code, stdout, stderr } = await run(['validate'], {}, { LOCALSTACK_DEBUGG: '1' }).outcome;
    expect(stderr).toBe(
      'warning BACKLOT_E_SETTING_INVALID  LOCALSTACK_DEBUGG is no setting of Backlot, and does nothing\n' +
        '  to do: Write DEBUG.\n',
    );
    expect(stdout).toMatch(/^1 mistake in .*extensions\.json, the environment\n$/);
    expect(code).toBe(0);
  });
});

describe('backlot config path', () => {
  it('gives every path that the command goes to', async () => {
    const { cwd, outcome } = run(['path', '--json'], {});
    const { stdout } = await outcome;
    expect(JSON.parse(stdout)).toMatchObject({
      extensions: path.join(cwd, 'extensions.json'),
      lock: path.join(cwd, 'extensions.lock.json'),
      credentials: path.join(cwd, '.config', 'backlot', 'npmrc'),
    });
  });
});
