/** What the texts and fields of a page may be: the same for Checkout Sessions and payment links. */
import type Stripe from 'stripe';
import { invalidRequest, parameterMissing } from '../errors';
import { checkLength } from '../parameters/validate';
import { checkDescriptor, type Descriptors } from '../payments/descriptors';

const MOST_FIELDS = 3;
const MOST_OPTIONS = 200;
const LONGEST_KEY = 200;
const LONGEST_LABEL = 50;
const LONGEST_TEXT = 1200;
const MOST_SHIPPING_OPTIONS = 5;

interface Content {
  readonly custom_fields?: readonly Stripe.Checkout.SessionCreateParams.CustomField[] | '' | undefined;
  readonly custom_text?: object | undefined;
  readonly payment_intent_data?: Descriptors | undefined;
  readonly shipping_options?: readonly unknown[] | '' | undefined;
}

/** Throws for fields, texts and choices of shipping that are too many, too long, or lack something. */
export function checkContent({
  custom_fields: fields,
  custom_text: texts,
  payment_intent_data: data,
  shipping_options: options,
}: Content): void {
  checkFields(fields || []);
  for (const name of ['statement_descriptor', 'statement_descriptor_suffix'] as const) {
    checkDescriptor(data?.[name], `payment_intent_data[${name}]`);
  }
  for (const [name, text] of Object.entries(texts ?? {})) {
    const { message = '' } = (text || {}) as { readonly message?: string };
    checkLength(message, LONGEST_TEXT, `custom_text[${name}][message]`);
  }
  atMost('shipping_options', options || [], MOST_SHIPPING_OPTIONS);
}

function checkFields(fields: readonly Stripe.Checkout.SessionCreateParams.CustomField[]): void {
  atMost('custom_fields', fields, MOST_FIELDS);
  for (const [index, { key, label, type, dropdown }] of fields.entries()) {
    const at = `custom_fields[${index}]`;
    if (!/^[a-z\d]+$/i.test(key) || key.length > LONGEST_KEY) {
      throw invalidRequest(`Invalid \`key\`: must be alphanumeric, and at most ${LONGEST_KEY} characters.`, {
        param: `${at}[key]`,
      });
    }
    if (label.custom.length > LONGEST_LABEL) {
      throw invalidRequest(`Invalid string: must be at most ${LONGEST_LABEL} characters`, {
        param: `${at}[label][custom]`,
      });
    }
    if (type !== 'dropdown') continue;
    if (dropdown === undefined) throw parameterMissing(`${at}[dropdown]`);
    atMost(`${at}[dropdown][options]`, dropdown.options, MOST_OPTIONS);
  }
  if (new Set(fields.map(({ key }) => key)).size < fields.length) {
    throw invalidRequest('`key` must be unique for each custom field.', { param: 'custom_fields' });
  }
}

function atMost(param: string, list: readonly unknown[], most: number): void {
  if (list.length > most) throw invalidRequest(`Array ${param} exceeded maximum ${most} allowed elements.`, { param });
}
