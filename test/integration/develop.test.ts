import { execFile } from 'node:child_process';
import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { REPOSITORY, RunningPlatform } from '../support/run-platform';
import { removeTraces } from '../support/sample-server';
import { temporaryDirectory, writeFiles } from '../support/temporary-directory';

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(folder: string, program: string, ...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd: folder, timeout: 120_000 }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr }),
    );
  });
}

const backlot = (folder: string, ...args: string[]): Promise<Outcome> =>
  run(folder, process.execPath, path.join(REPOSITORY, 'dist/bin/backlot.js'), 'extensions', 'dev', ...args);

/** Takes everything but Backlot, which is there already, from this checkout: so no registry is needed. */
function takeFromCheckout(folder: string): void {
  const file = path.join(folder, 'package.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, string>>;
  for (const part of ['dependencies', 'devDependencies']) {
    for (const name of Object.keys(manifest[part] ?? {})) {
      if (name !== 'backlot') manifest[part]![name] = `file:${path.join(REPOSITORY, 'node_modules', name)}`;
    }
  }
  writeFileSync(file, JSON.stringify(manifest));
}

describe('a new extension, from the first command to the first request', () => {
  let platform: RunningPlatform | undefined;
  afterEach(async () => {
    await platform?.stop();
    platform = undefined;
  });
  afterAll(() => {
    try {
      removeTraces('my-thing');
    } catch {
      // Without an engine there are none.
    }
  });

  it.each([
    ['basic', '/my-thing/greet/ada', '{"message":"hello, ada"}'],
    ['web-app', '/_extension/my-thing/api/greet/ada', '{"message":"hello, ada","greeted":1}'],
    ['container', undefined, undefined],
  ])(
    '%s: dev new, npm install, npm test, dev enable, a request',
    async (template, request, answer) => {
      const home = temporaryDirectory();
      const made = await backlot(home, 'new', 'my-thing', '--template', template);
      expect(made).toMatchObject({ code: 0, stderr: '' });
      expect(made.stdout).toMatch(
        /\nnext:\n {2}\(cd my-thing && npm install && npm test\)\n {2}backlot extensions dev enable \.\/my-thing\n {2}backlot start/,
      );
      const folder = path.join(home, 'my-thing');
      takeFromCheckout(folder);
      expect(await run(folder, 'npm', 'install', '--offline', '--no-audit', '--no-fund')).toMatchObject({ code: 0 });
      const test = await run(folder, 'npm', 'test');
      expect({ ...test, failures: /# fail (\d+)/.exec(test.stdout)?.[1] }).toMatchObject({ code: 0, failures: '0' });

      const enabled = await backlot(home, 'enable', './my-thing');
      expect(enabled).toMatchObject({ code: 0, stderr: '' });
      expect(enabled.stdout).toContain('enabled my-thing (backlot-extension-my-thing 0.1.0)');
      if (request === undefined) return;
      // What is packed, as a user of the extension would get it.
      const packed = await run(folder, 'npm', 'pack', '--ignore-scripts', '--pack-destination', home);
      platform = await RunningPlatform.start({
        extensions: [`file:./${packed.stdout.trim().split('\n').at(-1)}`],
        home,
      });
      expect(await (await fetch(platform.url + request)).text()).toBe(answer);
    },
    120_000,
  );
});

describe('backlot extensions dev', () => {
  const home = (): string => {
    const folder = temporaryDirectory();
    writeFiles(folder, {
      'thing/package.json': { name: 'pkg', version: '1.0.0', backlot: { extensions: { thing: './index.js' } } },
      'thing/index.js': '',
    });
    return realpathSync(folder);
  };

  it('new refuses a folder that is not empty, and a name that cannot be one', async () => {
    const folder = home();
    const full = await backlot(folder, 'new', 'thing');
    expect(full).toMatchObject({ code: 1, stdout: '' });
    expect(full.stderr).toContain('error BACKLOT_E_FOLDER_NOT_EMPTY');
    expect(full.stderr).toContain('to do: Name another folder, such as thing-2.');
    const named = await backlot(folder, 'new', 'other', '--name', 'Other');
    expect(named).toMatchObject({ code: 2, stdout: '' });
    expect(named.stderr).toContain('did you mean "other"?');
  });

  it('enable, list and disable keep a list', async () => {
    const folder = home();
    expect((await backlot(folder, 'list')).stdout).toBe('no folder is enabled: backlot extensions dev enable PATH\n');
    expect(await backlot(folder, 'enable', 'thing')).toMatchObject({ code: 0, stderr: '' });
    expect((await backlot(folder, 'list')).stdout).toMatch(
      /^extension +version +state +folder\nthing +1\.0\.0 +ok +\//,
    );
    expect(JSON.parse((await backlot(folder, 'list', '--json')).stdout)).toEqual([
      { folder: path.join(folder, 'thing'), package: 'pkg', version: '1.0.0', extensions: ['thing'] },
    ]);
    const wrong = await backlot(folder, 'disable', 'thnig');
    expect(wrong).toMatchObject({ code: 1, stdout: '' });
    expect(wrong.stderr).toContain('did you mean "thing"?');
    expect(await backlot(folder, 'disable', 'thing')).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse((await backlot(folder, 'list', '--json')).stdout)).toEqual([]);
  });

  it('enable says what is wrong with a manifest, with file and line', async () => {
    const folder = home();
    writeFiles(folder, { 'bad/package.json': '{\n  "name": "bad",\n  "version": "1.0.0",\n  "backlott": {}\n}' });
    const { code, stderr } = await backlot(folder, 'enable', 'bad');
    expect(code).toBe(1);
    expect(stderr).toContain('it has "backlott"');
    expect(stderr).toContain(`where: ${path.join(folder, 'bad/package.json')}`);
  });

  it.each(['new', 'enable', 'disable', 'list'])('%s --help shows an example', async (command) => {
    const { code, stdout } = await backlot('.', command, '--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(/Examples?:\n {2}\$ backlot extensions dev /);
  });
});
