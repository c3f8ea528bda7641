import { didYouMean, nearest } from '../../../src/extensions/nearest';

describe('the nearest word', () => {
  const keys = ['spec', 'name', 'enabled', 'required', 'config'];

  it.each([
    ['confg', 'config'],
    ['CONFIG', 'config'],
    ['enable', 'enabled'],
    ['sepc', 'spec'],
    ['spe', 'spec'],
    ['version', undefined],
    ['', undefined],
  ])('to %p is %p', (word, expected) => {
    expect(nearest(word, keys)).toBe(expected);
  });

  it('is not asked about when there is none', () => {
    expect(didYouMean('nam', keys)).toBe(' (did you mean "name"?)');
    expect(didYouMean('colour', keys)).toBe('');
  });
});
