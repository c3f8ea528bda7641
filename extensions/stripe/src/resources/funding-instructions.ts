import type Stripe from 'stripe';
import { invalidRequest, parameterMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import { NO_ADDRESS } from '../parameters/address';
import type { DefineModule } from '../kernel/module';
import type { StripeObject } from '../kernel/objects';

type Given = Stripe.CustomerCreateFundingInstructionsParams;
type Address = Stripe.FundingInstructions.BankTransfer.FinancialAddress;

/** Which currency each kind of transfer is in. */
const CURRENCIES: Readonly<Record<string, string>> = {
  eu_bank_transfer: 'eur',
  gb_bank_transfer: 'gbp',
  jp_bank_transfer: 'jpy',
  mx_bank_transfer: 'mxn',
  us_bank_transfer: 'usd',
};
/** Where there are accounts for transfers in euros. */
const EURO_COUNTRIES = ['BE', 'DE', 'ES', 'FR', 'IE', 'NL'];

interface Kept extends StripeObject {
  readonly number: string;
}

/** Where a customer can transfer money to, the same each time: https://docs.stripe.com/api/cash_balance/funding_instructions. */
export const fundingInstructions: DefineModule = (stripe) => ({
  operations: {
    'POST /v1/customers/{customer}/funding_instructions': ({ path, params }) => {
      const { id } = stripe.table<Stripe.Customer>('customer').get(path['customer']!);
      const { bank_transfer: transfer, currency } = params as unknown as Given;
      const [country, financial_addresses] = addressesFor(stripe, id, transfer, currency.toLowerCase());
      return {
        object: 'funding_instructions',
        bank_transfer: { country, financial_addresses, type: transfer.type },
        currency: currency.toLowerCase(),
        funding_type: 'bank_transfer',
        livemode: false,
      };
    },
  },
});

/** The accounts that a customer transfers money to by one kind of transfer. Throws for a country where there are none. */
export function transferAddresses(
  stripe: Backend,
  customer: string,
  transfer: { readonly type: string; readonly eu_bank_transfer?: { readonly country: string } },
): Address[] {
  const [, found] = addressesFor(stripe, customer, transfer, CURRENCIES[transfer.type] ?? '');
  return found;
}

function addressesFor(
  stripe: Backend,
  customer: string,
  { type, eu_bank_transfer: europe }: Given['bank_transfer'],
  currency: string,
): [country: string, addresses: Address[]] {
  if (CURRENCIES[type] !== currency) {
    throw invalidRequest(`The bank transfer type ${type} cannot be used with the currency ${currency}.`, {
      param: 'currency',
    });
  }
  const country = type.slice(0, 2).toUpperCase();
  if (type !== 'eu_bank_transfer') return [country, bankAddresses(country, numberOf(stripe, customer, country))];
  if (europe === undefined) throw parameterMissing('bank_transfer[eu_bank_transfer]');
  const inEurope = europe.country.toUpperCase();
  if (!EURO_COUNTRIES.includes(inEurope)) {
    throw invalidRequest(`Invalid country: must be one of ${EURO_COUNTRIES.join(', ')}.`, {
      param: 'bank_transfer[eu_bank_transfer][country]',
    });
  }
  return [inEurope, bankAddresses(inEurope, numberOf(stripe, customer, inEurope))];
}

/** How money is transferred to an account in a country. */
export function bankAddresses(country: string, number: string): Address[] {
  const place = { ...NO_ADDRESS, country };
  const holder = { account_holder_address: place, account_holder_name: 'Backlot', bank_address: place };
  const bank = { bank_name: 'Test Bank' };
  const short = number.slice(-8);
  const found: object[] = [];
  if (country === 'US') {
    const account = { ...holder, ...bank, account_number: number, account_type: 'checking' };
    found.push(
      {
        aba: { ...account, routing_number: '110000000' },
        supported_networks: ['ach', 'domestic_wire_us'],
        type: 'aba',
      },
      { swift: { ...account, swift_code: 'TESTUS99XXX' }, supported_networks: ['swift'], type: 'swift' },
    );
  } else if (country === 'GB') {
    const sort_code = { ...holder, account_number: short, sort_code: '200000' };
    found.push({ sort_code, supported_networks: ['bacs', 'fps'], type: 'sort_code' });
  } else if (country === 'MX') {
    const spei = { ...holder, ...bank, bank_code: '002', clabe: number.padStart(18, '0') };
    found.push({ spei, supported_networks: ['spei'], type: 'spei' });
  } else if (country === 'JP') {
    const branch = { bank_code: '0000', branch_code: '000', branch_name: 'Test' };
    const zengin = { ...holder, ...bank, ...branch, account_number: short, account_type: 'futsu' };
    found.push({ supported_networks: ['zengin'], type: 'zengin', zengin });
  } else {
    const iban = { ...holder, bic: 'TESTXX99', country, iban: `${country}00${number.padStart(18, '0')}` };
    found.push({ iban, supported_networks: ['sepa'], type: 'iban' });
  }
  return found as unknown as Address[];
}

/** The account of a customer in a country. */
function numberOf(stripe: Backend, customer: string, country: string): string {
  const table = stripe.table<Kept>('funding_account');
  const id = `${customer} ${country}`;
  const kept = table.find(id);
  if (kept) return kept.number;
  const number = `11${stripe.platform.ids.number('funding_account').toString().padStart(10, '0')}`;
  return table.insert({ id, object: 'funding_account', number }).number;
}
