import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readManifest } from '../../../../src/extensions/manifest';
import { VERSION } from '../../../../src/extensions/own-package';
import { createExtension, TEMPLATE_NAMES } from '../../../../src/extensions/scaffold';
import { temporaryDirectory } from '../../../support/temporary-directory';

const inNewFolder = (name: string): string => path.join(temporaryDirectory(), name);

describe('a new extension', () => {
  it.each(TEMPLATE_NAMES)('from %s has its own name everywhere, and a valid manifest', async (template) => {
    const directory = inNewFolder('web-shop');
    const { files, name } = await createExtension({ directory, template });
    expect(name).toBe('web-shop');
    expect(files).toEqual(
      expect.arrayContaining(['.gitignore', 'README.md', 'package.json', 'src/extension.ts', 'tsconfig.json']),
    );
    for (const file of files) {
      expect(readFileSync(path.join(directory, file), 'utf8')).not.toMatch(/my-extension|MyExtension/);
    }
    const manifest = await readManifest(directory);
    expect(manifest).toMatchObject({ package: 'backlot-extension-web-shop', backlotRange: `^${VERSION}` });
    expect(manifest.extensions).toEqual([{ name: 'web-shop', module: 'dist/extension.js', exportName: 'WebShop' }]);
  });

  it.each([
    ['backlot-extension-ledger', undefined, 'ledger', 'Ledger'],
    ['x', 'a-2-b', 'a-2-b', 'A2B'],
    ['x', '3d', '3d', 'Extension3d'],
    ['router', undefined, 'router', 'RouterExtension'],
    ['x', 'map', 'map', 'MapExtension'],
  ])('in a folder %s with the name %s is %s, its class %s', async (folder, given, name, className) => {
    const directory = inNewFolder(folder);
    await createExtension({ directory, template: 'basic', ...(given === undefined ? {} : { name: given }) });
    const [item] = (await readManifest(directory)).extensions;
    expect(item).toMatchObject({ name, exportName: className });
    expect(readFileSync(path.join(directory, 'src/extension.ts'), 'utf8')).toContain(`class ${className} extends`);
  });

  it.each([
    ['My Shop!', 'my-shop'],
    ['-x-', 'x'],
    ['webShop', 'web-shop'],
  ])('may not be called "%s", and is told "%s" instead', async (name, suggestion) => {
    const directory = inNewFolder('x');
    await expect(createExtension({ directory, template: 'basic', name })).rejects.toMatchObject({
      code: 'BACKLOT_E_OPTION_INVALID',
      message: expect.stringContaining(`did you mean "${suggestion}"?`) as string,
    });
    expect(existsSync(directory)).toBe(false);
  });

  it('needs a template that there is', async () => {
    await expect(createExtension({ directory: inNewFolder('x'), template: 'web' })).rejects.toMatchObject({
      code: 'BACKLOT_E_OPTION_INVALID',
      remedy: 'Choose one of basic, web-app, container.',
    });
  });

  it('is not written over anything, but beside a .git', async () => {
    const full = temporaryDirectory({ 'notes.txt': 'mine' });
    await expect(createExtension({ directory: full, template: 'basic', name: 'x' })).rejects.toMatchObject({
      code: 'BACKLOT_E_FOLDER_NOT_EMPTY',
      message: expect.stringContaining('notes.txt') as string,
    });
    expect(readdirSync(full)).toEqual(['notes.txt']);
    const file = path.join(full, 'notes.txt');
    await expect(createExtension({ directory: file, template: 'basic', name: 'x' })).rejects.toMatchObject({
      code: 'BACKLOT_E_FOLDER_NOT_EMPTY',
    });
    const repository = temporaryDirectory({ '.git/HEAD': '' });
    await createExtension({ directory: repository, template: 'basic', name: 'x' });
    expect(existsSync(path.join(repository, 'package.json'))).toBe(true);
  });
});
