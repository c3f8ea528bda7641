import { linkSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  addEntry,
  createList,
  type NewEntry,
  removeEntry,
  updateEntry,
} from '../../../../src/extensions/list/edit-extension-list';
import { temporaryDirectory } from '../../../support/temporary-directory';

function listOf(text: string): { file: string; text: () => string } {
  const file = path.join(temporaryDirectory({ 'extensions.json': text }), 'extensions.json');
  return { file, text: () => readFileSync(file, 'utf8') };
}

async function added(text: string, entry: NewEntry): Promise<string> {
  const list = listOf(text);
  await addEntry(list.file, entry);
  return list.text();
}

async function removed(text: string, ...specs: string[]): Promise<string> {
  const list = listOf(text);
  const gone = await removeEntry(list.file, ({ spec }) => specs.includes(spec));
  expect(gone.map(({ spec }) => spec)).toEqual(specs);
  return list.text();
}

/** Lines as a text with a line break at the end. */
const lines = (...all: string[]): string => `${all.join('\n')}\n`;

describe('createList', () => {
  it('makes an empty list, and leaves one that there is as it is', async () => {
    const file = path.join(temporaryDirectory(), 'extensions.json');
    await createList(file);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ extensions: [] });
    writeFileSync(file, 'mine');
    await expect(createList(file)).rejects.toMatchObject({ code: 'BACKLOT_E_LIST_EXISTS', where: { file } });
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  it('says so when the folder is not there', async () => {
    const file = path.join(temporaryDirectory(), 'none', 'extensions.json');
    await expect(createList(file)).rejects.toMatchObject({ code: 'BACKLOT_E_LIST_NOT_WRITABLE' });
  });
});

describe('addEntry', () => {
  it.each<[string, string, string]>([
    ['an empty list', '{ "extensions": [] }', '{ "extensions": ["new"] }'],
    ['an empty list on lines', '{\n  "extensions": []\n}\n', '{\n  "extensions": [\n    "new"\n  ]\n}\n'],
    ['a list on one line', '{"extensions":["a"]}', '{"extensions":["a", "new"]}'],
    ['one with a comma at its end', '{"extensions":["a",]}', '{"extensions":["a", "new",]}'],
    [
      'a list on lines',
      lines('{', '  "extensions": [', '    "a"', '  ]', '}'),
      lines('{', '  "extensions": [', '    "a",', '    "new"', '  ]', '}'),
    ],
    [
      'one with a comma at its end',
      lines('{', '  "extensions": [', '    "a",', '  ]', '}'),
      lines('{', '  "extensions": [', '    "a",', '    "new",', '  ]', '}'),
    ],
    ['tabs', '{\n\t"extensions": [\n\t\t"a"\n\t]\n}', '{\n\t"extensions": [\n\t\t"a",\n\t\t"new"\n\t]\n}'],
    ['tabs in an empty list', '{\n\t"extensions": []\n}', '{\n\t"extensions": [\n\t\t"new"\n\t]\n}'],
    [
      'four blanks',
      '{\n    "extensions": [\n        "a"\n    ]\n}',
      '{\n    "extensions": [\n        "a",\n        "new"\n    ]\n}',
    ],
    [
      'Windows line ends',
      '{\r\n  "extensions": [\r\n    "a"\r\n  ]\r\n}\r\n',
      '{\r\n  "extensions": [\r\n    "a",\r\n    "new"\r\n  ]\r\n}\r\n',
    ],
    ['a byte order mark', '\uFEFF{"extensions":["a"]}', '\uFEFF{"extensions":["a", "new"]}'],
    [
      'no line break at the end',
      '{\n  "extensions": [\n    "a"\n  ]\n}',
      '{\n  "extensions": [\n    "a",\n    "new"\n  ]\n}',
    ],
    [
      'a comment about the last entry',
      '{\n  "extensions": [\n    "a" // why\n  ]\n}',
      '{\n  "extensions": [\n    "a", // why\n    "new"\n  ]\n}',
    ],
    [
      'one behind a comma',
      '{\n  "extensions": [\n    "a", // why\n  ]\n}',
      '{\n  "extensions": [\n    "a", // why\n    "new",\n  ]\n}',
    ],
    [
      'comments below the last entry',
      '{\n  "extensions": [\n    "a",\n    // "b",\n  ]\n}',
      '{\n  "extensions": [\n    "a",\n    "new",\n    // "b",\n  ]\n}',
    ],
    [
      'nothing but a comment',
      '{\n  "extensions": [\n    // none yet\n  ]\n}',
      '{\n  "extensions": [\n    // none yet\n    "new"\n  ]\n}',
    ],
    [
      'an object at the end',
      '{\n  "extensions": [\n    {\n      "spec": "a"\n    }\n  ]\n}',
      '{\n  "extensions": [\n    {\n      "spec": "a"\n    },\n    "new"\n  ]\n}',
    ],
    [
      'a bracket on the line of the last entry',
      '{\n  "extensions": [ "a",\n    "b" ] }',
      '{\n  "extensions": [ "a",\n    "b",\n    "new" ] }',
    ],
    [
      'brackets and commas in comments and strings',
      '{"extensions":["file:./a,]" /* ], */]}',
      '{"extensions":["file:./a,]", "new" /* ], */]}',
    ],
    ['other keys', '{"$schema":"x","extensions":["a"]}', '{"$schema":"x","extensions":["a", "new"]}'],
  ])('adds to %s', async (_what, before, after) => {
    expect(await added(before, { spec: 'new' })).toBe(after);
  });

  it('writes options on one line where they fit, else on several', async () => {
    const text = '{\n  "extensions": [\n    "a"\n  ]\n}\n';
    expect(await added(text, { spec: 'new', allowScripts: true })).toContain(
      '    { "spec": "new", "allowScripts": true }\n',
    );
    const config = { greeting: 'g'.repeat(60), more: ['x'.repeat(40)] };
    const long = await added(text, { spec: 'new', config });
    expect(long).toContain('    {\n      "spec": "new",\n      "config": {\n        "greeting"');
    expect(JSON.parse(long)).toEqual({ extensions: ['a', { spec: 'new', config }] });
  });

  it('refuses an entry that there is', async () => {
    const { file, text } = listOf('{\n  "extensions": ["a"]\n}');
    await expect(addEntry(file, { spec: 'a' })).rejects.toMatchObject({
      code: 'BACKLOT_E_ENTRY_EXISTS',
      where: { file, line: 2 },
    });
    expect(text()).toBe('{\n  "extensions": ["a"]\n}');
  });
});

describe('removeEntry', () => {
  it.each<[string, string, string[], string]>([
    ['the only one', '{ "extensions": ["a"] }', ['a'], '{ "extensions": [] }'],
    ['the first on one line', '{"extensions": ["a", "b"]}', ['a'], '{"extensions": ["b"]}'],
    ['the last on one line', '{"extensions": ["a", "b"]}', ['b'], '{"extensions": ["a"]}'],
    ['the one between', '{"extensions": ["a", "b", "c"]}', ['b'], '{"extensions": ["a", "c"]}'],
    ['several', '{"extensions": ["a", "b", "c", "d"]}', ['b', 'd'], '{"extensions": ["a", "c"]}'],
    ['all', '{"extensions": ["a", "b"]}', ['a', 'b'], '{"extensions": []}'],
    [
      'a line',
      '{\n  "extensions": [\n    "a",\n    "b",\n    "c"\n  ]\n}',
      ['b'],
      '{\n  "extensions": [\n    "a",\n    "c"\n  ]\n}',
    ],
    [
      'the last line',
      '{\n  "extensions": [\n    "a",\n    "b"\n  ]\n}',
      ['b'],
      '{\n  "extensions": [\n    "a"\n  ]\n}',
    ],
    [
      'the last line with a comma',
      '{\n  "extensions": [\n    "a",\n    "b",\n  ]\n}',
      ['b'],
      '{\n  "extensions": [\n    "a",\n  ]\n}',
    ],
    [
      'the comment on its line',
      '{\n  "extensions": [\n    "a", // one\n    "b", // two\n    "c" // three\n  ]\n}',
      ['b'],
      '{\n  "extensions": [\n    "a", // one\n    "c" // three\n  ]\n}',
    ],
    [
      'that of the last, and not the others',
      '{\n  "extensions": [\n    "a", // one\n    "b" /* two */ // too\n  ]\n}',
      ['b'],
      '{\n  "extensions": [\n    "a" // one\n  ]\n}',
    ],
    [
      'a comment before it on its line',
      '{\n  "extensions": [\n    /* one */ "a",\n    "b"\n  ]\n}',
      ['a'],
      '{\n  "extensions": [\n    "b"\n  ]\n}',
    ],
    [
      'not the comments on lines of their own',
      '{\n  "extensions": [\n    // above a\n    "a",\n    // above b\n    "b"\n    // below\n  ]\n}',
      ['b'],
      '{\n  "extensions": [\n    // above a\n    "a"\n    // above b\n    // below\n  ]\n}',
    ],
    [
      'an object on lines',
      '{\n  "extensions": [\n    {\n      "spec": "a", // x\n      "config": {}\n    }, // y\n    "b"\n  ]\n}',
      ['a'],
      '{\n  "extensions": [\n    "b"\n  ]\n}',
    ],
    [
      'with Windows line ends',
      '{\r\n  "extensions": [\r\n    "a",\r\n    "b" // x\r\n  ]\r\n}',
      ['b'],
      '{\r\n  "extensions": [\r\n    "a"\r\n  ]\r\n}',
    ],
    [
      'the last on a line of several',
      '{\n  "extensions": [\n    "a", "b", // both\n    "c"\n  ]\n}',
      ['a'],
      '{\n  "extensions": [\n    "b", // both\n    "c"\n  ]\n}',
    ],
    ['the one before a bracket', '{\n  "extensions": ["a",\n    "b"] }', ['b'], '{\n  "extensions": ["a"\n] }'],
  ])('removes %s', async (_what, before, specs, after) => {
    expect(await removed(before, ...specs)).toBe(after);
  });

  it('leaves the file alone when nothing matches', async () => {
    const { file } = listOf('{"extensions":["a"]}');
    const { mtimeMs } = statSync(file);
    expect(await removeEntry(file, () => false)).toEqual([]);
    expect(statSync(file).mtimeMs).toBe(mtimeMs);
  });
});

describe('updateEntry', () => {
  it('changes the spec and nothing else', async () => {
    const { file, text } = listOf(
      '{\n  "extensions": [\n    "a@1", // one\n    { "config": {}, "spec": "b@1" /* two */ },\n  ]\n}',
    );
    await updateEntry(file, ({ spec }) => spec === 'a@1', { spec: 'a@2' });
    await updateEntry(file, ({ spec }) => spec === 'b@1', { spec: 'b@^2.0.0' });
    expect(text()).toBe(
      '{\n  "extensions": [\n    "a@2", // one\n    { "config": {}, "spec": "b@^2.0.0" /* two */ },\n  ]\n}',
    );
  });
});

describe('updateEntry with options', () => {
  const update = async (before: string, options: Parameters<typeof updateEntry>[2]): Promise<string> => {
    const { file, text } = listOf(before);
    await updateEntry(file, () => true, options);
    return text();
  };

  it('makes an object of what was only a spec', async () => {
    expect(await update('{\n  "extensions": [\n    "a@1", // one\n  ]\n}', { required: true })).toBe(
      '{\n  "extensions": [\n    { "spec": "a@1", "required": true }, // one\n  ]\n}',
    );
  });

  it('replaces a value where it stands, and adds a key behind the last', async () => {
    const before = '{ "extensions": [{ "spec": "a@1", "config": { "b": 1 } /* why */ }] }';
    expect(await update(before, { spec: 'a@2', config: { b: 2 }, allowScripts: true })).toBe(
      '{ "extensions": [{ "spec": "a@2", "config": { "b": 2 }, "allowScripts": true /* why */ }] }',
    );
  });

  it('keeps the comments of an object on several lines', async () => {
    const before = '{\n  "extensions": [\n    {\n      "spec": "a@1" // one\n    }\n  ]\n}';
    expect(await update(before, { allowScripts: true })).toBe(
      '{\n  "extensions": [\n    {\n      "spec": "a@1", // one\n      "allowScripts": true\n    }\n  ]\n}',
    );
  });
});

describe('an edit', () => {
  it.each([
    ['{\n  "extensions": [\n    "a"\n    "b"\n  ]\n}', 'BACKLOT_E_LIST_SYNTAX', 4, 5],
    ['{ "extensions": ["a"], "extra": 1 }', 'BACKLOT_E_LIST_INVALID', 1, 24],
    ['{}', 'BACKLOT_E_LIST_INVALID', 1, 1],
  ])('refuses %j with its place, and leaves it as it is', async (before, code, line, column) => {
    const { file, text } = listOf(before);
    await expect(addEntry(file, { spec: 'new' })).rejects.toMatchObject({ code, where: { file, line, column } });
    await expect(removeEntry(file, () => true)).rejects.toMatchObject({ code });
    expect(text()).toBe(before);
  });

  it('writes into the same file, which a container may have mounted', async () => {
    const { file, text } = listOf('{"extensions":["a","b"]}');
    const mounted = `${file}.mounted`;
    linkSync(file, mounted);
    await removeEntry(file, ({ spec }) => spec === 'a');
    await addEntry(file, { spec: 'another' });
    expect(readFileSync(mounted, 'utf8')).toBe('{"extensions":["b", "another"]}');
    expect(text()).toBe(readFileSync(mounted, 'utf8'));
  });

  it('says that there is no file', async () => {
    const file = path.join(temporaryDirectory(), 'extensions.json');
    await expect(addEntry(file, { spec: 'a' })).rejects.toMatchObject({ code: 'BACKLOT_E_LIST_NOT_FOUND' });
  });
});
