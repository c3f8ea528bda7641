import { answers, sourceFolders } from '../../../../src/extensions/install/ready-packages';
import { parseSpec } from '../../../../src/extensions/spec';
import { temporaryDirectory } from '../../../support/temporary-directory';

describe('a package that came with the platform', () => {
  it.each([
    ['hello', '0.1.0', true],
    ['hello@latest', '0.1.0', true],
    ['hello@^0.1', '0.1.0', true],
    ['hello@*', '0.1.0', true],
    ['hello@^0.2', '0.1.0', false],
    ['hello@next', '0.1.0', false],
    ['other', '0.1.0', false],
    ['./hello', '0.1.0', false],
  ])('answers the spec %s with version %s: %p', (spec, version, expected) => {
    expect(answers(parseSpec(spec, '/base'), 'hello', version)).toBe(expected);
  });

  it('may be a folder of sources; what is no package is passed over', async () => {
    const directory = temporaryDirectory({
      'hello/package.json': { name: 'hello', version: '0.1.0' },
      'empty/readme.md': '',
      'broken/package.json': '{',
      'file.json': {},
    });
    expect(await sourceFolders(directory)).toEqual([{ folder: `${directory}/hello`, name: 'hello', version: '0.1.0' }]);
  });

  it('is none when there is no folder for them', async () => {
    expect(await sourceFolders(undefined)).toEqual([]);
    expect(await sourceFolders('/nowhere')).toEqual([]);
  });
});
