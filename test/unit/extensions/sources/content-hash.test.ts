import { chmodSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { integrityOfFile, integrityOfFolder } from '../../../../src/extensions/sources';
import { temporaryDirectory, writeFiles } from '../../../support/temporary-directory';

describe('the integrity of a folder', () => {
  const files = { 'package.json': '{}', 'dist/a.js': 'a', 'dist/deep/b.js': 'b' };

  it('is the same for the same files, wherever they are', async () => {
    expect(await integrityOfFolder(temporaryDirectory(files))).toBe(await integrityOfFolder(temporaryDirectory(files)));
  });

  it.each([
    ['content', { ...files, 'dist/a.js': 'A' }],
    ['a new file', { ...files, 'dist/c.js': '' }],
    ['another name', { 'package.json': '{}', 'dist/a2.js': 'a', 'dist/deep/b.js': 'b' }],
    ['another folder', { 'package.json': '{}', 'dist/a.js': 'a', 'dist/b.js': 'b' }],
    ['bytes that move from one file to the next', { ...files, 'dist/a.js': '', 'dist/deep/b.js': 'ab' }],
  ])('changes with %s', async (_what, other) => {
    expect(await integrityOfFolder(temporaryDirectory(other))).not.toBe(
      await integrityOfFolder(temporaryDirectory(files)),
    );
  });

  it('does not change with what is installed or versioned in the folder, nor with links', async () => {
    const directory = temporaryDirectory(files);
    const before = await integrityOfFolder(directory);
    writeFiles(directory, { 'node_modules/x/index.js': '', '.git/HEAD': '', 'dist/node_modules/y.js': '' });
    symlinkSync('/nowhere', path.join(directory, 'link'));
    expect(await integrityOfFolder(directory)).toBe(before);
  });

  it('changes with what is bundled, and with a file that becomes executable', async () => {
    const bundling = { 'package.json': { bundledDependencies: ['@acme/x'] }, 'run.sh': '' };
    const directory = temporaryDirectory({ ...bundling, 'node_modules/@acme/x/index.js': '1' });
    const before = await integrityOfFolder(directory);
    writeFiles(directory, { 'node_modules/@acme/other/index.js': '', 'node_modules/y/index.js': '' });
    expect(await integrityOfFolder(directory)).toBe(before);
    chmodSync(path.join(directory, 'run.sh'), 0o755);
    const executable = await integrityOfFolder(directory);
    expect(executable).not.toBe(before);
    writeFiles(directory, { 'node_modules/@acme/x/index.js': '2' });
    expect(await integrityOfFolder(directory)).not.toBe(executable);
  });
});

describe('the integrity of a file', () => {
  it('is the sha512 of its bytes, as Subresource Integrity writes it', async () => {
    const file = path.join(temporaryDirectory({ x: 'abc' }), 'x');
    expect(await integrityOfFile(file)).toBe(
      'sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==',
    );
  });
});
