import { testCard, testCardNames } from '../../../extensions/stripe/src/payments/test-cards';

function passesLuhn(number: string): boolean {
  const digits = [...number].reverse().map(Number);
  const sum = digits.reduce((total, digit, index) => {
    const value = index % 2 === 0 ? digit : digit * 2;
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

describe('test cards', () => {
  it('have numbers that are those of cards', () => {
    const wrong = testCardNames().filter((name) => !passesLuhn(testCard(`pm_card_${name}`)!.number));
    expect(wrong).toEqual([]);
  });

  it.each(['visa', 'visa_chargeDeclined', 'createDispute', 'threeDSecure2Required', 'de'])(
    'are found by number, as payment method and as token: %s',
    (name) => {
      const card = testCard(`pm_card_${name}`)!;
      expect(testCard(`tok_${name}`)).toBe(card);
      expect(testCard(card.number)).toBe(card);
    },
  );

  it('are not made up', () => {
    expect(testCard('pm_card_nothing')).toBeUndefined();
    expect(testCard('4242424242424241')).toBeUndefined();
    expect(testCard('pm_card_constructor')).toBeUndefined();
  });
});
