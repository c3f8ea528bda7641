/** Money for cards: https://docs.stripe.com/issuing/funding/balance. In the US it is topped up, elsewhere it is sent by bank transfer. */
import { invalidRequest, parameterMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { addBalanceTransaction, issuingBalances } from '../payments/balance';
import { checkAmount, readCurrency } from '../payments/money';
import { bankAddresses } from '../resources/funding-instructions';

type Raw = Readonly<Record<string, string | undefined>>;

/** The country that a bank transfer goes to, and its kind, by the currency. */
const TRANSFERS: Readonly<Record<string, readonly [country: string, type: string]>> = {
  eur: ['DE', 'eu_bank_transfer'],
  gbp: ['GB', 'gb_bank_transfer'],
};
const ELSEWHERE = ['US', 'us_bank_transfer'] as const;
/** The balance is one account. */
const ACCOUNT_NUMBER = '000000000001';

/** https://docs.stripe.com/api/issuing/funding_instructions; no declaration of the official package has these operations. */
export const issuingFunding: DefineModule = (stripe) => ({
  operations: {
    'POST /v1/issuing/funding_instructions': ({ params }) => instructions(currencyOf(params as Raw)),
    'GET /v1/issuing/funding_instructions': ({ url }) => ({
      object: 'list',
      data: issuingBalances(stripe).map(({ currency }) => instructions(currency)),
      has_more: false,
      url,
    }),
    'POST /v1/test_helpers/issuing/fund_balance': ({ params }) => fund(stripe, params as Raw),
  },
});

function fund(stripe: Backend, params: Raw): object {
  const currency = currencyOf(params);
  const { amount: given } = params;
  if (given === undefined) throw parameterMissing('amount');
  const amount = Number(given);
  if (!Number.isSafeInteger(amount)) {
    throw invalidRequest(`Invalid integer: ${given}`, { code: 'parameter_invalid_integer', param: 'amount' });
  }
  checkAmount(amount, currency);
  addBalanceTransaction(stripe, { amount, currency, type: 'topup', source: null, balance: 'issuing' });
  return instructions(currency);
}

function currencyOf({ currency }: Raw): string {
  if (typeof currency !== 'string') throw parameterMissing('currency');
  return readCurrency(currency);
}

function instructions(currency: string): object {
  const [country, type] = TRANSFERS[currency] ?? ELSEWHERE;
  return {
    object: 'funding_instructions',
    bank_transfer: { country, financial_addresses: bankAddresses(country, ACCOUNT_NUMBER).slice(0, 1), type },
    currency,
    funding_type: 'bank_transfer',
    livemode: false,
  };
}
