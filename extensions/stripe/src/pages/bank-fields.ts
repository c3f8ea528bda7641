import { html, type Html } from './html';
import { field } from './layout';
import type { Problems } from './card-fields';

interface BankField {
  /** What the API calls it. */
  readonly name: string;
  readonly label: string;
  readonly placeholder: string;
}

const ACCOUNT: BankField = { name: 'account_number', label: 'Account number', placeholder: '000123456789' };

/** What a buyer types to have a bank account debited, by the type of the payment method. */
const BANK_FIELDS: Readonly<Record<string, readonly BankField[]>> = {
  acss_debit: [
    { name: 'institution_number', label: 'Institution number', placeholder: '000' },
    { name: 'transit_number', label: 'Transit number', placeholder: '11000' },
    ACCOUNT,
  ],
  au_becs_debit: [{ name: 'bsb_number', label: 'BSB', placeholder: '000-000' }, ACCOUNT],
  bacs_debit: [{ name: 'sort_code', label: 'Sort code', placeholder: '10-88-00' }, ACCOUNT],
  sepa_debit: [{ name: 'iban', label: 'IBAN', placeholder: 'DE89 3704 0044 0532 0130 00' }],
  us_bank_account: [{ name: 'routing_number', label: 'Routing number', placeholder: '110000000' }, ACCOUNT],
};

/** The fields of a bank account; nothing for a type that needs none. */
export function bankFields(type: string, values: URLSearchParams, problems: Problems): Html | undefined {
  return (
    BANK_FIELDS[type] &&
    html`<fieldset>
      <legend>Bank account</legend>
      ${BANK_FIELDS[type].map((each) => {
        const name = inputOf(type, each);
        const { label, placeholder } = each;
        return field({ name, label, placeholder, value: values.get(name), problem: problems[name] });
      })}
    </fieldset>`
  );
}

/** What a field is called in the form, where several types may have an account number. */
function inputOf(type: string, { name }: BankField): string {
  return name === ACCOUNT.name ? `${type}_${name}` : name;
}

/** Reads the fields of a bank account, as the API takes them, or says what is missing. */
export function readBankFields(
  type: string,
  form: URLSearchParams,
): { readonly details: Record<string, string> } | { readonly problems: Problems } {
  const fields = BANK_FIELDS[type] ?? [];
  const typed = (each: BankField): string => (form.get(inputOf(type, each)) ?? '').replace(/[\s-]/g, '');
  const missing = fields.filter((each) => typed(each) === '');
  if (missing.length > 0)
    return { problems: Object.fromEntries(missing.map((each) => [inputOf(type, each), 'Required'])) };
  const details = Object.fromEntries(fields.map((each) => [each.name, typed(each)]));
  if (type === 'us_bank_account') details['account_holder_type'] = 'individual';
  return { details };
}
