import { byNearness, didYouMean, nearest } from '../../../src/extensions/nearest';

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

describe('candidates by nearness', () => {
  it('begin with the nearest, by their last parts too', () => {
    expect(byNearness('stripe', ['twilio', 'packages/stripe', 'docs'])[0]).toBe('packages/stripe');
    expect(byNearness('packages/stirpe', ['twilio', 'stripe'])[0]).toBe('stripe');
    expect(byNearness('', ['b', 'a'])).toEqual(['b', 'a']);
  });
});
