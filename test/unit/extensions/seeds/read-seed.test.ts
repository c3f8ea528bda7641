import path from 'node:path';
import { readExtensionList } from '../../../../src/extensions/list';
import { readSeed } from '../../../../src/extensions/seeds/read-seed';
import { temporaryDirectory } from '../../../support/temporary-directory';

async function seedOf(files: Record<string, unknown>, seed = 'seed') {
  const folder = temporaryDirectory({ ...files, 'extensions.json': { extensions: [{ spec: 'x', seed }] } });
  const [entry] = await readExtensionList(path.join(folder, 'extensions.json'), { mustExist: true });
  if (!entry) throw new Error('the list is empty');
  return { folder, read: readSeed(entry) };
}

const refused = async (files: Record<string, unknown>, seed?: string): Promise<unknown> => {
  const { folder, read } = await seedOf(files, seed);
  return read.then(
    () => undefined,
    (error: unknown) => Object.assign(error as object, { folder }),
  );
};

describe('the seed of an entry', () => {
  it('is nothing when it names none', async () => {
    expect(
      await readSeed({ spec: 'x', enabled: true, required: false, origin: { source: '', baseDirectory: '' } }),
    ).toEqual([]);
  });

  it('are all JSON and YAML files of a folder, in the order of their paths', async () => {
    const { folder, read } = await seedOf({
      'seed/b.yml': 'b: 2',
      'seed/a.json': '{ "a": 1, /* one */ }',
      'seed/c/d.yaml': '- d\n---\n- e\n',
      'seed/.hidden/x.json': '{}',
      'seed/read.me': 'text',
    });
    expect((await read).map(({ file, data }) => [path.relative(folder, file), data])).toEqual([
      ['seed/a.json', { a: 1 }],
      ['seed/b.yml', { b: 2 }],
      ['seed/c/d.yaml', ['d']],
      ['seed/c/d.yaml', ['e']],
    ]);
  });

  it('knows where its values stand, as JSON and as YAML', async () => {
    const places = await Promise.all(
      [
        { seed: 'seed.json', text: '{\n  "a": [\n    { "b": 1 } ]\n}' },
        { seed: 'seed.yaml', text: '# comment\na:\n  - b: 1\n' },
      ].map(async ({ seed, text }) => {
        const { read } = await seedOf({ [seed]: text }, seed);
        const [file] = await read;
        return [file?.placeOf(['a', 0, 'b']), file?.placeOf(['a', 7])];
      }),
    );
    expect(places).toEqual([
      [
        { line: 3, column: 12 },
        { line: 2, column: 8 },
      ],
      [
        { line: 3, column: 8 },
        { line: 3, column: 3 },
      ],
    ]);
  });

  it('is refused when it is not there, with the place of the entry', async () => {
    expect(await refused({}, './none.json')).toMatchObject({
      code: 'BACKLOT_E_SEED_NOT_FOUND',
      where: { file: expect.stringMatching(/extensions\.json$/) as unknown, line: expect.any(Number) as unknown },
    });
    expect(await refused({ 'seed/read.me': '' })).toMatchObject({
      code: 'BACKLOT_E_SEED_NOT_FOUND',
      message: expect.stringContaining('holds no .json, .yaml or .yml file') as unknown,
    });
  });

  it('is refused when it is neither JSON nor YAML, with line and column', async () => {
    expect(await refused({ 'seed.json': '{\n  "a" 1\n}' }, 'seed.json')).toMatchObject({
      code: 'BACKLOT_E_SEED_SYNTAX',
      where: { file: expect.stringMatching(/seed\.json$/) as unknown, line: 2, column: 7 },
    });
    expect(await refused({ 'seed.yaml': 'a: 1\nb: [1\n' }, 'seed.yaml')).toMatchObject({
      code: 'BACKLOT_E_SEED_SYNTAX',
      where: { line: 3, column: 1 },
    });
    expect(await refused({ 'seed.toml': '' }, 'seed.toml')).toMatchObject({
      code: 'BACKLOT_E_SEED_SYNTAX',
      message: expect.stringContaining('is neither .json, .yaml nor .yml') as unknown,
    });
  });

  it('is refused when its aliases would fill the memory', async () => {
    const levels = Array.from({ length: 9 }, (_, i) => {
      const aliases = Array.from({ length: 9 }, () => `*a${i}`).join(', ');
      return `a${i + 1}: &a${i + 1} [${aliases}]`;
    });
    expect(await refused({ 'seed.yaml': ['a0: &a0 x', ...levels].join('\n') }, 'seed.yaml')).toMatchObject({
      code: 'BACKLOT_E_SEED_SYNTAX',
    });
  });
});
