import path from 'node:path';
import { checkVersion } from '../../../src/extensions/check-version';
import { readManifest, type ExtensionManifest } from '../../../src/extensions/manifest';
import { temporaryDirectory } from '../../support/temporary-directory';

const base = { name: 'backlot-extension-x', version: '1.2.3' };

function manifestOf(content: unknown): Promise<ExtensionManifest> {
  return readManifest(temporaryDirectory({ 'package.json': content }));
}

describe('the manifest of a package', () => {
  it('says which extensions it holds, and what else is worth showing', async () => {
    const directory = temporaryDirectory({
      'package.json': {
        ...base,
        description: 'An example',
        author: { name: 'Ada', email: 'ada@example.com' },
        backlot: { extensions: { 'hello-world': './dist/extension.js#HelloWorld', other: 'other.mjs' } },
        peerDependencies: { backlot: '^0.1.0' },
      },
    });
    expect(await readManifest(directory)).toEqual({
      package: 'backlot-extension-x',
      version: '1.2.3',
      description: 'An example',
      author: 'Ada',
      backlotRange: '^0.1.0',
      extensions: [
        { name: 'hello-world', module: 'dist/extension.js', exportName: 'HelloWorld' },
        { name: 'other', module: 'other.mjs', exportName: 'default' },
      ],
      containers: false,
      file: path.join(directory, 'package.json'),
    });
  });

  it('says whether its extensions run containers', async () => {
    const extensions = { x: './x.js' };
    expect(await manifestOf({ ...base, backlot: { extensions, containers: true } })).toMatchObject({
      containers: true,
    });
    await expect(manifestOf({ ...base, backlot: { extensions, containers: 'yes' } })).rejects.toMatchObject({
      code: 'BACKLOT_E_MANIFEST_INVALID',
      message: expect.stringContaining('"containers" is true or false') as string,
    });
  });

  it('takes the range from the dependencies when it is there', async () => {
    const backlot = { extensions: { x: './x.js' } };
    expect(await manifestOf({ ...base, backlot, dependencies: { backlot: '^9' } })).toMatchObject({
      backlotRange: '^9',
    });
  });

  it('is not stopped by odd values of keys that do not matter', async () => {
    const backlot = { extensions: { x: './x.js' } };
    expect(await manifestOf({ ...base, backlot, author: 7, description: [], dependencies: 'none' })).toMatchObject({
      package: 'backlot-extension-x',
    });
  });

  it('is missing without a package.json', async () => {
    await expect(readManifest('/nowhere')).rejects.toMatchObject({
      code: 'BACKLOT_E_MANIFEST_MISSING',
      where: { file: '/nowhere/package.json' },
    });
  });

  it('is missing without "backlot", and a mistyped one is named', async () => {
    await expect(manifestOf(base)).rejects.toMatchObject({ code: 'BACKLOT_E_MANIFEST_MISSING' });
    await expect(manifestOf({ ...base, backlott: {} })).rejects.toThrow('has no "backlot"; it has "backlott"');
  });

  it.each([
    ['a mistyped key', { extension: { x: './x.js' } }, /did you mean "extensions"/],
    ['an unknown key', { extensions: { x: './x.js' }, colour: 1 }, /unknown key "colour"/],
    ['no object', './x.js', /"backlot" is an object/],
    ['no extensions', {}, /"backlot" has no "extensions"/],
    ['an empty list', { extensions: {} }, /is empty/],
    ['extensions as an array', { extensions: ['./x.js'] }, /"extensions" is an object/],
    ['a value of a wrong type', { extensions: { x: 1 } }, /the value of an extension is a string/],
    ['a name with capitals', { extensions: { HelloWorld: './x.js' } }, /"HelloWorld" may have only lower-case/],
    ['a module outside of the package', { extensions: { x: '../x.js' } }, /not inside the package/],
    ['a module that leaves the package', { extensions: { x: './a/../../x.js' } }, /not inside the package/],
    ['an absolute module', { extensions: { x: '/x.js' } }, /not inside the package/],
    ['a module that is a URL', { extensions: { x: 'file:///x.js' } }, /not inside the package/],
    ['no module', { extensions: { x: '#X' } }, /names no module/],
    ['no export after the #', { extensions: { x: './x.js#' } }, /names no export/],
  ])('is invalid with %s', async (_what, backlot, message) => {
    await expect(manifestOf({ ...base, backlot })).rejects.toMatchObject({
      code: 'BACKLOT_E_MANIFEST_INVALID',
      message: expect.stringMatching(message) as string,
      where: { file: expect.stringMatching(/package\.json$/) as string, line: expect.any(Number) as number },
    });
  });

  it('is invalid where the package.json itself is, with line and column', async () => {
    await expect(manifestOf('{\n  "name": "x",\n}')).rejects.toMatchObject({
      code: 'BACKLOT_E_MANIFEST_INVALID',
      where: { line: 3, column: 1 },
    });
    await expect(manifestOf({ name: 'x', backlot: { extensions: { x: './x.js' } } })).rejects.toThrow(
      'package.json has no "version"',
    );
  });

  it('points at the value that is wrong', async () => {
    const text = '{\n  "name": "x", "version": "1.0.0",\n  "backlot": { "extensions": {\n    "X": "./x.js"\n  } }\n}';
    await expect(manifestOf(text)).rejects.toMatchObject({ where: { line: 4, column: 5 } });
  });
});

describe('the version of Backlot that an extension asks for', () => {
  const manifest = (backlotRange?: string): ExtensionManifest => ({
    package: 'x',
    version: '1.0.0',
    extensions: [],
    containers: false,
    file: '/x/package.json',
    ...(backlotRange === undefined ? {} : { backlotRange }),
  });

  it.each([
    ['^0.1.0', '0.1.0'],
    ['^0.1.0', '0.1.9'],
    ['>=0.1', '2.0.0'],
    ['*', '0.1.0'],
    ['^0.1.0', '0.1.1-beta.1'],
    ['0.1.x || 1', '1.4.0'],
  ])('%p is satisfied by %s', (range, version) => {
    expect(checkVersion(manifest(range), version)).toEqual({});
  });

  it.each([
    ['^0.1.0', '0.2.0'],
    ['^99.0.0', '0.1.0'],
    ['<0.1.0', '0.1.0'],
  ])('%p is not satisfied by %s', (range, version) => {
    expect(() => checkVersion(manifest(range), version)).toThrow(
      expect.objectContaining({
        code: 'BACKLOT_E_VERSION_MISMATCH',
        message: `x 1.0.0 asks for backlot ${range}, and this is backlot ${version}`,
      }) as Error,
    );
  });

  it('is let through with a warning when it is not said, or is no range', () => {
    expect(checkVersion(manifest(), '0.1.0').warning).toContain('add "backlot" to its "peerDependencies"');
    expect(checkVersion(manifest('workspace:*'), '0.1.0').warning).toContain('"workspace:*"');
  });
});
