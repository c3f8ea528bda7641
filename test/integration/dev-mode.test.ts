import { spawn, type ChildProcess } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { REPOSITORY } from '../support/run-platform';
import { temporaryDirectory, writeFiles } from '../support/temporary-directory';
import { waitFor } from '../support/wait-for';

interface Line {
  readonly folder?: string;
  readonly files?: string[];
  readonly number?: number;
  readonly directory?: string;
  readonly value?: unknown;
  readonly milliseconds?: number;
  readonly stack?: string;
  readonly error?: string;
  readonly installed?: Record<string, string>;
  readonly problem?: string;
}

/** Development mode in a process of its own, because native import() does not work inside jest. */
class DevProcess {
  readonly lines: Line[] = [];
  stderr = '';
  readonly #child: ChildProcess;
  readonly cache: string;

  constructor(folders: readonly string[], environment: Record<string, string> = {}) {
    this.cache = path.join(temporaryDirectory(), 'cache');
    const driver = path.join(REPOSITORY, 'test/support/dev-driver.js');
    this.#child = spawn(process.execPath, [driver, this.cache, ...folders], {
      env: { ...process.env, ...environment },
    });
    let rest = '';
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      const parts = (rest + chunk.toString()).split('\n');
      rest = parts.pop() ?? '';
      for (const line of parts) this.lines.push(JSON.parse(line) as Line);
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
  }

  /** The first line, after those that were there before, that fits. */
  async next(what: string, fits: (line: Line) => boolean, from = 0): Promise<Line> {
    let found: Line | undefined;
    const look = (): boolean => {
      if (this.#child.exitCode !== null && this.#child.exitCode > 0) throw new Error(this.stderr);
      found = this.lines.slice(from).find(fits);
      return found !== undefined;
    };
    await waitFor(what, look, 20_000).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${JSON.stringify(this.lines)}\n${this.stderr}`);
    });
    return found as Line;
  }

  value(value: unknown): Promise<Line> {
    return this.next(`the value ${String(value)}`, (line) => line.value === value);
  }

  /** Ends it; it must end by itself when nothing is watched any more. */
  async stop(): Promise<number | null> {
    if (this.#child.exitCode !== null) return this.#child.exitCode;
    const ended = new Promise<number | null>((resolve) => this.#child.once('exit', (code) => resolve(code)));
    this.#child.kill('SIGTERM');
    return ended;
  }
}

const manifest = (module: string, more: object = {}): object => ({
  name: 'backlot-extension-thing',
  version: '1.0.0',
  backlot: { extensions: { thing: `${module}#Thing` } },
  peerDependencies: { backlot: '*' },
  ...more,
});

const KINDS: Record<string, (value: string) => Record<string, unknown>> = {
  CommonJS: (value) => ({
    'package.json': manifest('./index.js'),
    'index.js': `const { Extension } = require('backlot');
      exports.Thing = class Thing extends Extension { name = 'thing'; static value = require('./value.js').value; };`,
    'value.js': `exports.value = require('./value.json').value;`,
    'value.json': { value },
  }),
  'ES modules': (value) => ({
    'package.json': manifest('./index.js', { type: 'module' }),
    'index.js': `import { Extension } from 'backlot'; import { value } from './value.js';
      export class Thing extends Extension { name = 'thing'; static value = value; }`,
    'value.js': `import { readFileSync } from 'node:fs';
      export const value = await Promise.resolve(readFileSync(new URL('./value.txt', import.meta.url), 'utf8'));`,
    'value.txt': value,
  }),
  TypeScript: (value) => ({
    'package.json': manifest('./src/extension.ts'),
    'tsconfig.json': { compilerOptions: { target: 'es2022', module: 'node16', strict: true } },
    'src/extension.ts': `import { Extension } from 'backlot';\nimport { value } from './value';
      export class Thing extends Extension { readonly name: string = 'thing'; static readonly value: string = value;\n
        static fail(): string { return new Error('here').stack ?? ''; } }`,
    'src/value.ts': `export const value: string = '${value}';`,
  }),
  'TypeScript as ES modules': (value) => ({
    'package.json': manifest('./src/extension.ts', { type: 'module' }),
    'src/extension.ts': `import { Extension } from 'backlot';\nimport { value } from './value.js';
      export class Thing extends Extension { readonly name: string = 'thing'; static readonly value: string = value; }`,
    'src/value.ts': `export const value: string = '${value}';`,
  }),
};

const running: DevProcess[] = [];
function develop(folders: readonly string[], environment?: Record<string, string>): DevProcess {
  const started = new DevProcess(folders, environment);
  running.push(started);
  return started;
}
afterEach(async () => {
  for (const each of running.splice(0)) expect(await each.stop()).toBe(0);
});

describe('a save of a file', () => {
  it.each(Object.keys(KINDS))('gives a fresh class, with all that it imports: %s', async (kind) => {
    const files = KINDS[kind] as (value: string) => Record<string, unknown>;
    const folder = temporaryDirectory(files('first'));
    const dev = develop([folder]);
    expect(await dev.value('first')).toMatchObject({ folder, files: [], number: 1 });
    const changed = Object.keys(files('')).at(-1) as string;
    for (const [index, value] of ['second', 'third', 'fourth', 'fifth'].entries()) {
      writeFiles(folder, { [changed]: files(value)[changed] });
      const line = await dev.value(value);
      expect(line).toMatchObject({ files: [changed], number: index + 2 });
      // Far above what is measured: the machine may be busy.
      expect(line.milliseconds).toBeLessThan(2_000);
    }
    const { directory } = await dev.value('fifth');
    await waitFor('the old copies to go', () => {
      const kept = readdirSync(path.dirname(directory as string)).filter((name) => name.startsWith('gen-'));
      return kept.sort().join() === 'gen-4,gen-5';
    });
  });

  it('shows the paths of the folder in stacks, with the lines of the source', async () => {
    const folder = temporaryDirectory(KINDS.TypeScript?.('first'));
    const dev = develop([folder]);
    await dev.value('first');
    writeFiles(folder, KINDS.TypeScript?.('second') ?? {});
    const { stack } = await dev.value('second');
    expect(stack).toContain(`${path.join(folder, 'src/extension.ts')}:5:`);
    expect(stack).not.toContain('gen-');
  });

  it('that breaks it is reported, and the one that mends it works', async () => {
    const folder = temporaryDirectory(KINDS.TypeScript?.('first'));
    const dev = develop([folder]);
    await dev.value('first');
    writeFiles(folder, { 'src/value.ts': 'export const = ;' });
    await dev.next('the error', (line) => line.error === 'BACKLOT_E_IMPORT_FAILED');
    writeFiles(folder, { 'package.json': '{ "name": ' });
    await dev.next('the error', (line) => line.error === 'BACKLOT_E_MANIFEST_INVALID');
    writeFiles(folder, KINDS.TypeScript?.('second') ?? {});
    await dev.value('second');
  });

  it.each([
    ['by renaming', (file: string, text: string) => (writeFileSync(`${file}~`, text), renameSync(`${file}~`, file))],
    ['by removing it first', (file: string, text: string) => (unlinkSync(file), writeFileSync(file, text))],
  ])('%s, with temporary files beside it, is one change', async (_how, save) => {
    const folder = temporaryDirectory(KINDS.CommonJS?.('first'));
    const dev = develop([folder]);
    await dev.value('first');
    writeFiles(folder, { '.value.json.swp': 'x', '4913': '', 'value.json.tmp': 'x', 'node_modules/a/index.js': 'x' });
    save(path.join(folder, 'value.json'), '{"value":"second"}');
    expect(await dev.value('second')).toMatchObject({ files: ['value.json'], number: 2 });
    const count = dev.lines.length;
    save(path.join(folder, 'value.json'), '{"value":"third"}');
    await dev.value('third');
    expect(dev.lines).toHaveLength(count + 1);
  });

  it('and many others at once are one change; a build that changes nothing is none', async () => {
    const folder = temporaryDirectory({
      'package.json': manifest('./dist/index.js'),
      'dist/index.js': `const { Extension } = require('backlot');
        exports.Thing = class extends Extension { name = 'thing'; static value = require('./49.js'); };`,
      ...Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`dist/${i}.js`, `module.exports = 'a${i}';`])),
      'src/other.ts': '',
    });
    const dev = develop([folder]);
    await dev.value('a49');
    writeFiles(folder, {
      'src/other.ts': '// not built yet',
      'dist/index.test.js': '',
      'dist/3.js': `module.exports = 'a3';`,
    });
    for (let i = 0; i < 50; i++) writeFiles(folder, { [`dist/${i}.js`]: `module.exports = 'b${i}';` });
    const change = await dev.value('b49');
    expect(dev.lines).toHaveLength(2);
    expect(change.files).not.toContain('src/other.ts');
  });
});

describe('a folder that is developed', () => {
  it('is copied without node_modules, version control and links that lead out of it', async () => {
    const outside = temporaryDirectory({ 'secret.txt': 'secret' });
    const folder = temporaryDirectory({
      ...KINDS.CommonJS?.('first'),
      '.git/HEAD': '',
      'node_modules/x/index.js': '',
      'pages/index.html': '<p>',
    });
    symlinkSync(path.join(outside, 'secret.txt'), path.join(folder, 'out.txt'));
    symlinkSync('pages', path.join(folder, 'inside'));
    const { directory = '' } = await develop([folder]).value('first');
    expect(readdirSync(directory).sort()).toEqual([
      'index.js',
      'inside',
      'package.json',
      'pages',
      'value.js',
      'value.json',
    ]);
    expect(existsSync(path.join(directory, 'inside/index.html'))).toBe(true);
  });

  it('may be removed and made again', async () => {
    const folder = path.join(temporaryDirectory(), 'thing');
    mkdirSync(folder);
    writeFiles(folder, KINDS.CommonJS?.('first') ?? {});
    const dev = develop([folder]);
    await dev.value('first');
    rmSync(folder, { recursive: true });
    await dev.next('the error', (line) => line.error !== undefined);
    writeFiles(folder, KINDS.CommonJS?.('second') ?? {});
    await dev.value('second');
    writeFiles(folder, { 'value.json': { value: 'third' } });
    await dev.value('third');
  });

  it('is watched by looking again and again with BACKLOT_DEV_POLL=1', async () => {
    const folder = temporaryDirectory(KINDS.CommonJS?.('first'));
    const dev = develop([folder], { BACKLOT_DEV_POLL: '1' });
    await dev.value('first');
    writeFiles(folder, { 'value.json': { value: 'the second' } });
    await dev.value('the second');
  });

  it('gets its dependencies installed once, and again when they change', async () => {
    const libraries = temporaryDirectory({
      'one/package.json': { name: 'library', version: '1.0.0' },
      'one/index.js': `module.exports = 'one';`,
      'two/package.json': { name: 'library', version: '2.0.0' },
      'two/index.js': `module.exports = 'two';`,
    });
    const using = (library: string, word: string): Record<string, unknown> => ({
      'package.json': manifest('./index.js', { dependencies: { library: `file:${path.join(libraries, library)}` } }),
      'index.js': `const { Extension } = require('backlot');
        exports.Thing = class extends Extension { name = 'thing'; static value = require('library') + ' ${word}'; };`,
    });
    const folder = temporaryDirectory(using('one', 'a'));
    const dev = develop([folder]);
    await dev.value('one a');
    writeFiles(folder, using('one', 'b'));
    await dev.value('one b');
    expect(dev.lines.filter((line) => line.installed)).toHaveLength(1);
    writeFiles(folder, using('two', 'c'));
    await dev.value('two c');
    expect(dev.lines.filter((line) => line.installed)).toHaveLength(2);
  });

  it('does not disturb another', async () => {
    const one = temporaryDirectory(KINDS.CommonJS?.('one'));
    const two = temporaryDirectory(KINDS['ES modules']?.('two'));
    const dev = develop([one, two]);
    await dev.value('two');
    writeFiles(one, { 'value.json': { value: 'changed' } });
    expect(await dev.value('changed')).toMatchObject({ folder: one });
    expect(dev.lines).toHaveLength(3);
  });
});
