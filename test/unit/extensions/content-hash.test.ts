import { chmodSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { hashFile, hashFolder, integrityOfFile, integrityOfFolder } from '../../../src/extensions/content-hash';
import { temporaryDirectory, writeFiles } from '../../support/temporary-directory';

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

describe('the integrity of a folder', () => {
  const files = { 'package.json': '{}', 'dist/a.js': 'a' };

  it('is the same for the same files, and written as npm writes it', async () => {
    const integrity = await integrityOfFolder(temporaryDirectory(files));
    expect(integrity).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
    expect(await integrityOfFolder(temporaryDirectory(files))).toBe(integrity);
  });

  it('changes with the executable bit, and with no other', async () => {
    const directory = temporaryDirectory(files);
    const before = await integrityOfFolder(directory);
    chmodSync(path.join(directory, 'dist/a.js'), 0o600);
    expect(await integrityOfFolder(directory)).toBe(before);
    chmodSync(path.join(directory, 'dist/a.js'), 0o755);
    expect(await integrityOfFolder(directory)).not.toBe(before);
  });

  it.each(['bundledDependencies', 'bundleDependencies'])(
    'covers what %s name, and what that depends on',
    async (key) => {
      const directory = temporaryDirectory({
        'package.json': { [key]: ['bundled'], dependencies: { bundled: '1', free: '1' } },
        'node_modules/bundled/package.json': { dependencies: { deep: '1' } },
        'node_modules/bundled/node_modules/nested/index.js': '1',
        'node_modules/deep/index.js': '1',
        'node_modules/free/index.js': '1',
      });
      let before = await integrityOfFolder(directory);
      writeFiles(directory, { 'node_modules/free/index.js': '2' });
      expect(await integrityOfFolder(directory)).toBe(before);
      for (const changed of ['bundled/index.js', 'bundled/node_modules/nested/index.js', 'deep/index.js']) {
        writeFiles(directory, { [`node_modules/${changed}`]: '2' });
        const after = await integrityOfFolder(directory);
        expect(after).not.toBe(before);
        before = after;
      }
    },
  );

  it('covers all dependencies when all are bundled', async () => {
    const directory = temporaryDirectory({
      'package.json': { bundleDependencies: true, dependencies: { '@acme/x': '1' } },
      'node_modules/@acme/x/index.js': '1',
    });
    const before = await integrityOfFolder(directory);
    writeFiles(directory, { 'node_modules/@acme/x/index.js': '2' });
    expect(await integrityOfFolder(directory)).not.toBe(before);
  });
});

describe('the integrity of a file', () => {
  it('is the sha512 of its bytes', async () => {
    const file = path.join(temporaryDirectory({ x: 'abc' }), 'x');
    expect(await integrityOfFile(file)).toBe(
      'sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==',
    );
  });
});
