import path from 'node:path';
import { BacklotError } from '../../../../src/api/errors';
import { placeOfConfig, readExtensionList } from '../../../../src/extensions/list';
import { temporaryDirectory } from '../../../support/temporary-directory';

function listFile(text: string): string {
  return path.join(temporaryDirectory({ 'extensions.json': text }), 'extensions.json');
}

async function mistakeIn(text: string): Promise<BacklotError> {
  const error = await readExtensionList(listFile(text), { mustExist: true }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(BacklotError);
  return error as BacklotError;
}

describe('extensions.json', () => {
  it('holds specs and entries with options, with comments and trailing commas', async () => {
    const file = listFile(`{
  // what stands in for payments
  "$schema": "./node_modules/backlot/extensions.schema.json",
  "extensions": [
    "backlot-extension-stripe",
    /* ours */ { "spec": " file:./mine ", "required": true, "config": { "delayMs": 50 }, },
    { "spec": "b@^1", "name": "b", "enabled": false },
  ],
}`);
    const origin = { source: file, baseDirectory: path.dirname(file) };
    expect(await readExtensionList(file, { mustExist: true })).toEqual([
      {
        spec: 'backlot-extension-stripe',
        enabled: true,
        required: false,
        origin: { ...origin, line: 5, column: 5, index: 0 },
      },
      {
        spec: 'file:./mine',
        enabled: true,
        required: true,
        config: { delayMs: 50 },
        origin: { ...origin, line: 6, column: 16, index: 1 },
      },
      {
        spec: 'b@^1',
        name: 'b',
        enabled: false,
        required: false,
        origin: { ...origin, line: 7, column: 5, index: 2 },
      },
    ]);
  });

  it('may start with a byte order mark and have Windows line ends', async () => {
    const file = listFile('\uFEFF{\r\n  "extensions": [\r\n    "a"\r\n  ]\r\n}\r\n');
    expect(await readExtensionList(file, { mustExist: true })).toMatchObject([
      { spec: 'a', origin: { line: 3, column: 5 } },
    ]);
  });

  it('is an empty list when it is not there and need not be', async () => {
    expect(await readExtensionList('/nowhere/extensions.json', { mustExist: false })).toEqual([]);
  });

  it('is an error when it is not there and must be', async () => {
    await expect(readExtensionList('/nowhere/extensions.json', { mustExist: true })).rejects.toMatchObject({
      code: 'BACKLOT_E_LIST_NOT_FOUND',
      where: { file: '/nowhere/extensions.json' },
    });
  });

  it('is an error when a folder is in its place, as Docker makes it for a mount without a source', async () => {
    const folder = temporaryDirectory();
    await expect(readExtensionList(folder, { mustExist: false })).rejects.toMatchObject({
      code: 'BACKLOT_E_LIST_NOT_FOUND',
      remedy: expect.stringContaining('create it on the host first') as string,
    });
  });

  it('says where the syntax is broken', async () => {
    const error = await mistakeIn('{\n  "extensions": [\n    "a"\n    "b"\n  ]\n}');
    expect(error).toMatchObject({ code: 'BACKLOT_E_LIST_SYNTAX', where: { line: 4, column: 5 } });
    expect(error.message).toBe('extensions.json: comma expected');
  });

  it.each([
    ['an empty file', '', 1, 1],
    ['a brace that is not closed', '{ "extensions": []\n', 2, 1],
    ['a word that is no JSON', '{ "extensions": [yes] }', 1, 18],
  ])('refuses %s', async (_what, text, line, column) => {
    expect(await mistakeIn(text)).toMatchObject({ code: 'BACKLOT_E_LIST_SYNTAX', where: { line, column } });
  });

  it('names the key that was meant by a mistyped one, at the place of the key', async () => {
    const error = await mistakeIn('{ "extensions": [\n  { "spec": "a", "confg": {} }\n] }');
    expect(error).toMatchObject({ code: 'BACKLOT_E_LIST_INVALID', where: { line: 2, column: 18 } });
    expect(error.message).toBe('extensions.json: unknown key "confg" (did you mean "config"?)');
  });

  it('lists the keys there are when none is near', async () => {
    const { message } = await mistakeIn('{ "extensions": [{ "spec": "a", "colour": 1 }] }');
    expect(message).toContain(
      'unknown key "colour"; the keys are "spec", "name", "enabled", "required", "allowScripts", "config"',
    );
  });

  it('reports every mistake of the file, in the order of their places', async () => {
    const error = await mistakeIn(`{
  "extension": [],
  "extensions": [
    "a", "", "a",
    { "confg": {} },
    { "spec": "c", "enabled": "yes", "name": "Not OK" },
    7, null, [],
  ],
}`);
    expect(error.message.split('\n')).toEqual([
      'extensions.json has 10 mistakes:',
      '  2:3  unknown key "extension" (did you mean "extensions"?)',
      '  4:10  the spec is empty',
      '  4:14  "a" is listed twice (first on line 4)',
      '  5:5  extensions[3] has no "spec"',
      '  5:7  unknown key "confg" (did you mean "config"?)',
      '  6:31  "enabled" is true or false',
      '  6:46  "name" has only lower-case letters, digits and dashes',
      '  7:5  an entry is a spec (a string) or an object with a "spec", not a number',
      '  7:8  an entry is a spec (a string) or an object with a "spec", not null',
      '  7:14  an entry is a spec (a string) or an object with a "spec", not an array',
    ]);
    expect(error.where).toMatchObject({ line: 2, column: 3 });
  });

  it.each([
    ['an array', '["a"]', 'the file holds an object with "extensions", not an array'],
    ['a string', '"a"', 'the file holds an object with "extensions", not a string'],
    ['no extensions', '{}', 'the file has no "extensions"'],
    ['extensions of a wrong type', '{ "extensions": {} }', '"extensions" is an array'],
    ['a blank spec', '{ "extensions": ["  "] }', 'the spec is empty'],
  ])('refuses %s', async (_what, text, message) => {
    const error = await mistakeIn(text);
    expect(error.code).toBe('BACKLOT_E_LIST_INVALID');
    expect(error.message).toBe(`extensions.json: ${message}`);
  });

  it('refuses a key that stands twice, for only one of the two would count', async () => {
    const error = await mistakeIn('{ "extensions": [],\n"extensions": ["a"] }');
    expect(error).toMatchObject({ code: 'BACKLOT_E_LIST_SYNTAX', where: { line: 2, column: 1 } });
    expect(error.message).toContain('"extensions" stands twice');
  });

  it('allows a package twice when the entries name different extensions of it', async () => {
    const file = listFile('{ "extensions": [{ "spec": "a", "name": "x" }, { "spec": "a", "name": "y" }] }');
    expect(await readExtensionList(file, { mustExist: true })).toHaveLength(2);
  });
});

describe('the place of a value in a config', () => {
  const text = `{
  "extensions": [
    "a",
    {
      "spec": "b",
      "config": {
        "ports": [80, "x"],
      },
    },
    { "spec": "c" },
  ],
}`;

  it.each([
    ['a value', 1, ['ports', 1], 7, 23],
    ['the nearest parent of a value that is not there', 1, ['ports', 7, 'deep'], 7, 18],
    ['the config for a path that is empty', 1, [], 6, 17],
    ['the entry when it has no config', 2, ['ports'], 10, 5],
  ])('is that of %s', async (_what, index, valuePath, line, column) => {
    const file = listFile(text);
    const { origin } = (await readExtensionList(file, { mustExist: true }))[index] ?? fail();
    expect(await placeOfConfig(origin, valuePath)).toEqual({ file, line, column });
  });

  it('is that of the entry when the file is gone', async () => {
    const origin = { source: '/nowhere/extensions.json', line: 3, column: 4, index: 0, baseDirectory: '/nowhere' };
    expect(await placeOfConfig(origin, ['x'])).toEqual({ file: '/nowhere/extensions.json', line: 3, column: 4 });
  });

  it('is the variable for an entry that comes from the environment', async () => {
    expect(await placeOfConfig({ source: 'EXTENSION_AUTO_INSTALL', baseDirectory: '/' }, ['x'])).toEqual({
      file: 'EXTENSION_AUTO_INSTALL',
    });
  });
});

function fail(): never {
  throw new Error('there is no such entry');
}
