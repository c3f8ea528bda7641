import { spawnSync } from 'node:child_process';
import path from 'node:path';
import type { SerializedError } from '../../src/api/errors';
import { FIXTURES, optionsFor, PLATFORM_ROOT } from '../support/install-kit';
import { temporaryDirectory } from '../support/temporary-directory';

const DRIVER = path.join(PLATFORM_ROOT, 'test/support/extensions-driver.js');

interface Loaded {
  readonly spec: string;
  readonly name?: string;
  readonly isOurs?: boolean;
  readonly answers?: Record<string, unknown>;
  readonly error?: SerializedError;
}

/** Installs and loads fixtures in one process of the built dist/, and says what came of each extension. */
function load(entries: readonly (string | { spec: string })[], environment: NodeJS.ProcessEnv = {}): Loaded[] {
  const inFixtures = (name: string): string => path.join(FIXTURES, name);
  const extensions = entries.map((entry) =>
    typeof entry === 'string' ? inFixtures(entry) : { ...entry, spec: inFixtures(entry.spec) },
  );
  const volume = temporaryDirectory({ 'extensions.json': { extensions } });
  const argument = { list: path.join(volume, 'extensions.json'), options: optionsFor(volume), load: true };
  const { stdout, stderr } = spawnSync(process.execPath, [DRIVER, JSON.stringify(argument)], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  if (stdout === '') throw new Error(stderr);
  return (JSON.parse(stdout) as { results: Loaded[] }).results;
}

describe('extensions that are right', () => {
  let loaded: Loaded[];
  const find = (name: string): Loaded => {
    const found = loaded.find((extension) => extension.name === name);
    if (!found) throw new Error(`${name} was not loaded: ${JSON.stringify(loaded, undefined, 2)}`);
    return found;
  };

  beforeAll(() => {
    loaded = load([
      'good-cjs',
      'class-as-module',
      'nested-type',
      'good-esm',
      'good-tla',
      'good-ts',
      'good-ts-esm',
      'good-two',
      'brings-own-backlot',
      { spec: 'with-config', config: { ports: [80] } } as { spec: string },
    ]);
  });

  it.each([
    ['CommonJS', 'good-cjs', {}],
    ['CommonJS that is the class itself', 'class-as-module', {}],
    ['a minified ES module by a package.json of its folder, with top-level await', 'nested-type', {}],
    ['an ES module with a dependency from the registry', 'good-esm', { aMinute: 60_000 }],
    ['an ES module with top-level await', 'good-tla', {}],
    ['one of two in a package, CommonJS', 'good-one', {}],
    ['the other of the two, an ES module', 'good-other', {}],
    ['a package that brings a copy of Backlot along', 'brings-own-backlot', {}],
    [
      'one with a schema for its config, which fills in defaults',
      'with-config',
      { config: { greeting: 'hello', ports: [80] } },
    ],
    [
      'TypeScript as CommonJS, whose stacks name lines of the source',
      'good-ts',
      { mood: 'fine', place: 'src/place.ts:7:32' },
    ],
    [
      'TypeScript as ES modules, whose stacks name lines of the source',
      'good-ts-esm',
      { greeting: 'hello', legacy: 'function', place: 'src/place.ts:7:32' },
    ],
  ])('load: %s', (_what, name, answer) => {
    expect(find(name).answers).toEqual({ [`/${name}`]: { extension: name, ...answer } });
  });

  it('all extend the one Extension of the platform that runs', () => {
    expect(loaded.map(({ name, isOurs }) => [name, isOurs])).toEqual(
      [
        'good-cjs',
        'class-as-module',
        'nested-type',
        'good-esm',
        'good-tla',
        'good-ts',
        'good-ts-esm',
        'good-one',
        'good-other',
        'brings-own-backlot',
        'with-config',
      ].map((name) => [name, true]),
    );
  });
});

describe('extensions that are wrong', () => {
  let loaded: Loaded[];
  const names = [
    'throws-on-import',
    'missing-export',
    'not-an-extension',
    'missing-dependency',
    'missing-module',
    'wrong-version',
    'no-manifest',
    'bad-manifest',
  ];

  beforeAll(() => {
    loaded = load([
      ...names,
      { spec: 'good-two', name: 'good-thre' } as { spec: string },
      { spec: 'good-two', config: {} } as { spec: string },
      { spec: 'with-config', config: { greeting: 1, word: 'forbidden' } } as { spec: string },
      'good-cjs',
    ]);
  });

  it.each([
    ['throws-on-import', 'BACKLOT_E_IMPORT_FAILED', /threw TypeError: this module cannot be imported/],
    ['missing-export', 'BACKLOT_E_EXPORT_MISSING', /did you mean "MissingExports"\?\); it exports MissingExports$/],
    ['not-an-extension', 'BACKLOT_E_NOT_AN_EXTENSION', /the class NotAnExtension, not a class that extends Extension/],
    [
      'missing-dependency',
      'BACKLOT_E_DEPENDENCY_MISSING',
      /needs the package backlot-fixture-dependency-that-is-not-there/,
    ],
    ['missing-module', 'BACKLOT_E_MODULE_NOT_FOUND', /has no dist\/extension\.js.*there is \.\/src\/extension\.ts/],
    ['wrong-version', 'BACKLOT_E_VERSION_MISMATCH', /asks for backlot \^99\.0\.0, and this is backlot 0\.1\.0/],
    ['no-manifest', 'BACKLOT_E_MANIFEST_MISSING', /has no "backlot"/],
    ['bad-manifest', 'BACKLOT_E_MANIFEST_INVALID', /did you mean "extensions"/],
  ])('are reported: %s', (name, code, message) => {
    const { error } = loaded[names.indexOf(name)] ?? {};
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string });
  });

  it('are reported at the line that threw', () => {
    expect(loaded[0]?.error?.where).toMatchObject({
      file: expect.stringMatching(/backlot-fixture-throws-on-import\/index\.js$/) as string,
      line: 3,
      extension: 'throws-on-import',
    });
  });

  it('are reported with the entry that is wrong about them', () => {
    const [unknown, ambiguous, config] = loaded.slice(names.length).map(({ error }) => error);
    expect(unknown).toMatchObject({ code: 'BACKLOT_E_NAME_UNKNOWN' });
    expect(unknown?.message).toContain('it holds good-one, good-other');
    expect(ambiguous).toMatchObject({ code: 'BACKLOT_E_CONFIG_AMBIGUOUS' });
    expect(config).toMatchObject({
      code: 'BACKLOT_E_CONFIG_INVALID',
      message: expect.stringMatching(/\n {2}greeting: .*\n {2}word: the word is forbidden/) as string,
      where: { file: expect.stringMatching(/extensions\.json$/) as string, line: expect.any(Number) as number },
    });
  });

  it('do not stop the one that is right', () => {
    expect(loaded.at(-1)).toMatchObject({ name: 'good-cjs', isOurs: true });
  });
});
