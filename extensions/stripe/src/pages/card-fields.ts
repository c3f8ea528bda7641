import type { GivenMethod } from '../checkout/engine';
import type { StripeError } from '../errors';
import { cardPlaceFields } from './address-fields';
import { html, raw, type Html } from './html';
import { say } from './language';
import { field } from './layout';

/** What is wrong with fields, by their names. */
export type Problems = Readonly<Record<string, string>>;

/** The fields of a card. Their names are those of Stripe's own page, which many tests know. */
export function cardFields(
  values: URLSearchParams,
  problems: Problems,
  options: { readonly address?: boolean } = {},
): Html {
  const of = (name: string) => ({ name, value: values.get(name), problem: problems[name] });
  return html`<fieldset>
    <legend>${say('Card information')}</legend>
    ${field({ ...of('cardNumber'), label: 'Card number', autocomplete: 'cc-number', inputmode: 'numeric', placeholder: '1234 1234 1234 1234' })}
    <div class="pair">
      ${field({ ...of('cardExpiry'), label: 'Expiration', autocomplete: 'cc-exp', inputmode: 'numeric', placeholder: 'MM / YY' })}
      ${field({ ...of('cardCvc'), label: 'CVC', autocomplete: 'cc-csc', inputmode: 'numeric', placeholder: 'CVC' })}
    </div>
    ${field({ ...of('billingName'), label: 'Cardholder name', autocomplete: 'cc-name', placeholder: 'Full name on card' })}
    ${options.address !== true && cardPlaceFields(values, problems)}
  </fieldset>`;
}

/** Reads the fields of a card. Gives what is wrong with them by their names, where something is missing or cannot be read. */
export function readCardFields(
  form: URLSearchParams,
): { readonly method: GivenMethod } | { readonly problems: Problems } {
  const problems: Record<string, string> = {};
  const number = (form.get('cardNumber') ?? '').replace(/[\s-]/g, '');
  if (number === '') problems['cardNumber'] = 'Required';
  else if (!/^\d{12,19}$/.test(number)) problems['cardNumber'] = 'Your card number is incomplete.';
  const expiry = readExpiry(form.get('cardExpiry') ?? '');
  if ((form.get('cardExpiry') ?? '') === '') problems['cardExpiry'] = 'Required';
  else if (expiry === undefined) problems['cardExpiry'] = "Your card's expiration date is incomplete.";
  const cvc = (form.get('cardCvc') ?? '').trim();
  if (cvc === '') problems['cardCvc'] = 'Required';
  else if (!/^\d{3,4}$/.test(cvc)) problems['cardCvc'] = "Your card's security code is incomplete.";
  if (Object.keys(problems).length > 0) return { problems };
  return { method: { type: 'card', card: { number, exp_month: expiry![0], exp_year: expiry![1], cvc }, billing: {} } };
}

/** `12 / 34`, `1234` and `12/2034`, as month and year; undefined for anything else. */
export function readExpiry(text: string): [month: number, year: number] | undefined {
  const [, month, year] = /^\s*(\d{1,2})\s*[/-]?\s*(\d{4}|\d{2})\s*$/.exec(text) ?? [];
  if (month === undefined || year === undefined || Number(month) < 1 || Number(month) > 12) return undefined;
  return [Number(month), year.length === 2 ? 2000 + Number(year) : Number(year)];
}

const FIELDS_OF_ERRORS: Readonly<Record<string, string>> = {
  expired_card: 'cardExpiry',
  incorrect_cvc: 'cardCvc',
  incorrect_number: 'cardNumber',
  invalid_cvc: 'cardCvc',
  invalid_expiry_month: 'cardExpiry',
  invalid_expiry_year: 'cardExpiry',
  invalid_number: 'cardNumber',
};

/** What pages say before the API would be asked, in their own words. */
const TEXTS_OF_ERRORS: Readonly<Record<string, string>> = {
  incorrect_number: 'Your card number is invalid.',
  invalid_expiry_month: "Your card's expiration date is in the past.",
  invalid_expiry_year: "Your card's expiration year is in the past.",
  invalid_number: 'Your card number is invalid.',
};

/** How a page shows what went wrong: beside the field that it is about, or above all. */
export function shownError({ fields: { code }, message }: StripeError): { error: string } | { problems: Problems } {
  const field = code === undefined ? undefined : FIELDS_OF_ERRORS[code];
  return field === undefined ? { error: message } : { problems: { [field]: TEXTS_OF_ERRORS[code!] ?? message } };
}

/**
 * Makes the choice of one way to pay among several: by its value, its id in the page and its label. With the type of a payment method, it is
 * found by tests as the item of Stripe's page is.
 */
export function methodChoice(
  chosen: string | undefined,
): (value: string, id: string, label: string, type?: string) => Html {
  return (value, id, label, type) => {
    const testId = (part: string): Html | undefined =>
      type === undefined ? undefined : html` data-testid="${type}-accordion-item${part}"`;
    return html`<div class="choice" ${testId('')}>
      <input type="radio" name="method" id="${id}" value="${value}" ${value === chosen && raw(' checked')} /><label
        for="${id}"
        ${testId('-button')}
        >${label}</label
      >
    </div>`;
  };
}
