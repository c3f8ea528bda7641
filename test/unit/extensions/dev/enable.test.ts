import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readDevList } from '../../../../src/extensions/dev/dev-list';
import { devListBeside } from '../../../../src/extensions/dev/dev-list-file';
import { disableFolder, enableFolder, listEnabled } from '../../../../src/extensions/dev/enable';
import { temporaryDirectory } from '../../../support/temporary-directory';

const extension = (name: string, module = './index.js'): Record<string, unknown> => ({
  name: `backlot-extension-${name}`,
  version: '1.2.3',
  backlot: { extensions: { [name]: module } },
});

function home(files: Record<string, unknown> = {}): { folder: string; file: string; of: (name: string) => string } {
  const folder = temporaryDirectory({
    'one/package.json': extension('one'),
    'one/index.js': '',
    'two/package.json': extension('two', './dist/two.js'),
    'three/package.json': extension('three', './dist/three.js'),
    'three/src/three.ts': '',
    ...files,
  });
  return { folder, file: devListBeside(path.join(folder, 'extensions.json')), of: (name) => path.join(folder, name) };
}

describe('the folders that are developed', () => {
  it('are kept beside extensions.json, relative to it where they are below it', async () => {
    const { file, folder, of } = home();
    const elsewhere = temporaryDirectory({ 'package.json': extension('far'), 'index.js': '' });
    expect(await enableFolder(file, of('one'))).toMatchObject({ wasEnabled: false, manifest: { version: '1.2.3' } });
    await enableFolder(file, elsewhere);
    expect(file).toBe(path.join(folder, 'extensions.dev.json'));
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ folders: ['./one', elsewhere] });
    expect(readDevList(file)).toEqual([of('one'), elsewhere]);
    expect(await enableFolder(file, of('one'))).toMatchObject({ wasEnabled: true });
    expect(readDevList(file)).toHaveLength(2);
  });

  it('are enabled before they are built, and what is missing is said', async () => {
    const { file, of } = home();
    const { problem } = await enableFolder(file, of('two'));
    expect(problem).toMatchObject({ code: 'BACKLOT_E_MODULE_NOT_FOUND' });
    expect(await listEnabled(file)).toMatchObject([{ folder: of('two'), manifest: { version: '1.2.3' }, problem: {} }]);
  });

  it('lack nothing when there is the source of what is not built', async () => {
    const { file, of } = home();
    expect(await enableFolder(file, of('three'))).not.toHaveProperty('problem');
  });

  it('must be packages of extensions', async () => {
    const { file, of } = home({
      'bad/package.json': '{\n  "name": "bad",\n  "version": "1.0.0",\n  "backlot": { "extension": {} }\n}',
      'again/package.json': extension('one'),
    });
    await expect(enableFolder(file, of('bad'))).rejects.toMatchObject({
      code: 'BACKLOT_E_MANIFEST_INVALID',
      where: { file: of('bad/package.json'), line: 4 },
    });
    await expect(enableFolder(file, of('onee'))).rejects.toMatchObject({
      code: 'BACKLOT_E_PACKAGE_NOT_FOUND',
      message: expect.stringContaining('did you mean "one"?') as string,
    });
    await enableFolder(file, of('one'));
    await expect(enableFolder(file, of('again'))).rejects.toMatchObject({ code: 'BACKLOT_E_NAME_TAKEN' });
  });

  it.each(['one', 'backlot-extension-one', './one', '.'])('are disabled by %s', async (meant) => {
    const { file, folder, of } = home();
    await enableFolder(file, of('one'));
    expect(await disableFolder(file, meant, meant === '.' ? of('one') : folder)).toBe(of('one'));
    expect(existsSync(file)).toBe(false);
  });

  it('that are not enabled cannot be disabled', async () => {
    const { file, folder, of } = home();
    await enableFolder(file, of('one'));
    await expect(disableFolder(file, 'on', folder)).rejects.toMatchObject({
      code: 'BACKLOT_E_DEV_NOT_ENABLED',
      message: expect.stringContaining('did you mean "one"?') as string,
    });
  });

  it('that are gone can be listed and disabled', async () => {
    const { file, folder, of } = home({ 'extensions.dev.json': { folders: ['./gone'] } });
    expect(await listEnabled(file)).toMatchObject([
      { folder: of('gone'), problem: { code: 'BACKLOT_E_PACKAGE_NOT_FOUND' } },
    ]);
    expect(await disableFolder(file, 'gone', folder)).toBe(of('gone'));
  });

  it.each([
    ['{ "folders": ["./a" }', 1],
    ['{\n "folders": [\n  1\n ] }', 3],
    ['{\n "folder": [] }', 1],
  ])('are refused with the line when the list is %j', (text, line) => {
    const { file } = home({ 'extensions.dev.json': text });
    expect(() => readDevList(file)).toThrow(
      expect.objectContaining({
        code: 'BACKLOT_E_DEV_LIST_INVALID',
        where: expect.objectContaining({ line }) as object,
      }) as Error,
    );
  });
});
