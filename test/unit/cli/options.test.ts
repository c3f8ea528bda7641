import { InvalidArgumentError } from 'commander';
import { environmentVariable, port, seconds, wholeNumber } from '../../../src/cli/options';

describe('the values of options', () => {
  it('collects environment variables; without a value it is taken from our own environment', () => {
    process.env.BACKLOT_TEST_OWN = 'own';
    try {
      const all = ['A=1', 'B=x=y', 'C=', 'BACKLOT_TEST_OWN', 'BACKLOT_TEST_UNSET', 'A=2'];
      const collected = all.reduce<Record<string, string>>((before, text) => environmentVariable(text, before), {});
      expect(collected).toEqual({ A: '2', B: 'x=y', C: '', BACKLOT_TEST_OWN: 'own' });
    } finally {
      delete process.env.BACKLOT_TEST_OWN;
    }
  });

  it('takes what can be meant', () => {
    expect([port('0'), port('65535'), wholeNumber('12'), seconds('0.5')]).toEqual([0, 65_535, 12, 0.5]);
  });

  it.each([
    [port, ['-1', '65536', '80a', '', '1e3']],
    [wholeNumber, ['-1', '1.5', '', 'all']],
    [seconds, ['0', '-1', '', 'Infinity', '9999999999']],
    [environmentVariable, ['', '=x', 'A B=c']],
  ] as [(text: string) => unknown, string[]][])('(%#) refuses what cannot', (read, texts) => {
    for (const text of texts) expect(() => read(text)).toThrow(InvalidArgumentError);
  });
});
