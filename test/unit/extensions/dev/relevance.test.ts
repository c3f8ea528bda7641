import { isLeftOut, isRelevant } from '../../../../src/extensions/dev/relevance';

describe('a change', () => {
  it.each([
    'node_modules/x/index.js',
    'packages/a/node_modules',
    '.git/HEAD',
    'src/.extension.ts.swp',
    'src/4913',
    'src/extension.ts~',
    'src/.#extension.ts',
    'src/#extension.ts#',
    'src/extension.ts___jb_tmp___',
    'dist/.tsbuildinfo',
    '.DS_Store',
  ])('of %s is none of the package', (file) => {
    expect(isLeftOut(file)).toBe(true);
    expect(isRelevant(file, ['src/extension.ts'])).toBe(false);
  });

  it.each([
    ['dist/extension.js', ['dist/extension.js'], true],
    ['src/extension.ts', ['dist/extension.js'], false],
    ['package.json', ['dist/extension.js'], true],
    ['public/index.html', ['dist/extension.js'], true],
    ['src/extension.ts', ['./src/extension.ts'], true],
    ['dist/extension.js', ['./src/extension.ts'], false],
    ['src/page.html', ['./dist/a.js', './src/b.ts'], true],
    ['lib/helper.js', ['./index.js'], true],
    ['test/extension.js', ['./index.js'], false],
    ['src/extension.test.ts', ['./src/extension.ts'], false],
    ['coverage/lcov.info', ['./index.js'], false],
  ])('of %s matters to %j: %s', (file, modules, matters) => {
    expect(isRelevant(file, modules)).toBe(matters);
  });
});
