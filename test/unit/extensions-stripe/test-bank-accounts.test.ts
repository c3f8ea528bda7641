import { ibanEnding, isIban } from '../../../extensions/stripe/src/payments/iban';
import { namedAccount, scenarioOf } from '../../../extensions/stripe/src/payments/test-bank-accounts';

const COUNTRIES = 'at be ch de ee es fi fr gb gi hr ie li lt lu nl no pt se'.split(' ');

describe('test bank accounts', () => {
  it.each(COUNTRIES)('have an IBAN for each scenario in %s', (country) => {
    const scenarios: Readonly<Record<string, string>> = {
      success: 'succeeds',
      successDelayed: 'succeedsLater',
      failed: 'failed',
      failedDelayed: 'accountFailsLater',
      disputed: 'disputed',
      exceedsWeeklyVolumeLimit: 'sourceLimit',
      exceedsWeeklyTransactionLimit: 'weeklyLimit',
      insufficientFunds: 'insufficientFunds',
    };
    for (const [name, scenario] of Object.entries(scenarios)) {
      const { number = '', type } = namedAccount(`pm_sepaDebit_${name}_${country}`) ?? {};
      expect([name, type, isIban(number), scenarioOf(number)]).toEqual([name, 'sepa_debit', true, scenario]);
    }
  });

  it('have the IBANs of the documentation for limits', () => {
    expect(ibanEnding('AT981904300000343434', '0121212')).toBe('AT601904300000121212');
    expect(ibanEnding('FR9720041010050000000343434', '2222227')).toBe('FR9720041010050000002222227');
  });

  it.each(['pm_usBankAccount_nothing', 'pm_sepaDebit_success', 'pm_sepaDebit_success_zz', 'pm_card_visa', 'pm_123'])(
    'know no %s',
    (token) => {
      expect(namedAccount(token)).toBeUndefined();
    },
  );

  it.each(['pm_usBankAccount', 'pm_usBankAccount_success'])('stand for a good account as %s', (token) => {
    expect(namedAccount(token)).toEqual({ type: 'us_bank_account', number: '000123456789' });
  });
});
