import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { listContext } from '../../../src/engine/build-context';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'backlot-context-'));
  for (const file of [
    'Dockerfile',
    'src/a.ts',
    'src/b/c.ts',
    'node_modules/x/index.js',
    'dist/keep.js',
    'dist/a.js',
    'notes.md',
  ]) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), '');
  }
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the context of a build', () => {
  it('is the whole folder without a .dockerignore', () => {
    expect(listContext(folder)).toHaveLength(7);
  });

  it.each([
    ['node_modules\n*.md\ndist', ['src/a.ts', 'src/b/c.ts']],
    ['**/node_modules\n**/*.md\ndist/*\n!dist/keep.js', ['dist/keep.js', 'src/a.ts', 'src/b/c.ts']],
    ['*\n!src', ['src/a.ts', 'src/b/c.ts']],
    ['*\n!src\n**/b', ['src/a.ts']],
    ['*', []],
  ])('leaves out what .dockerignore says, but never what the builder reads: %j', (rules, files) => {
    writeFileSync(path.join(folder, '.dockerignore'), rules);
    expect(listContext(folder)).toEqual(['.dockerignore', 'Dockerfile', ...files]);
  });
});
