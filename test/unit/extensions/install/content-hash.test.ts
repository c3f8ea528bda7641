import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { hashFile, hashFolder } from '../../../../src/extensions/install/content-hash';
import { temporaryDirectory, writeFiles } from '../../../support/temporary-directory';

describe('the hash of a folder', () => {
  const files = { 'package.json': '{}', 'dist/a.js': 'a', 'dist/deep/b.js': 'b' };

  it('is the same for the same files, wherever they are', async () => {
    expect(await hashFolder(temporaryDirectory(files))).toBe(await hashFolder(temporaryDirectory(files)));
  });

  it.each([
    ['content', { ...files, 'dist/a.js': 'A' }],
    ['a new file', { ...files, 'dist/c.js': '' }],
    ['another name', { 'package.json': '{}', 'dist/a2.js': 'a', 'dist/deep/b.js': 'b' }],
    ['another folder', { 'package.json': '{}', 'dist/a.js': 'a', 'dist/b.js': 'b' }],
    ['bytes that move from one file to the next', { ...files, 'dist/a.js': '', 'dist/deep/b.js': 'ab' }],
  ])('changes with %s', async (_what, other) => {
    expect(await hashFolder(temporaryDirectory(other))).not.toBe(await hashFolder(temporaryDirectory(files)));
  });

  it('does not change with what is installed or versioned in the folder, nor with links', async () => {
    const directory = temporaryDirectory(files);
    const before = await hashFolder(directory);
    writeFiles(directory, { 'node_modules/x/index.js': '', '.git/HEAD': '', 'dist/node_modules/y.js': '' });
    symlinkSync('/nowhere', path.join(directory, 'link'));
    expect(await hashFolder(directory)).toBe(before);
  });
});

describe('the hash of a file', () => {
  it('is the sha256 of its bytes', async () => {
    const file = path.join(temporaryDirectory({ x: 'abc' }), 'x');
    expect(await hashFile(file)).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});
