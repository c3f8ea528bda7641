import type Stripe from 'stripe';
import type { GivenMethod } from '../checkout/engine';
import type { Submission } from '../checkout/session-pay';
import { readBankFields } from './bank-fields';
import { readCardFields, type Problems } from './card-fields';
import { HAS_TAX_IDS, NEEDS_POSTAL_CODE } from './countries';

/** The name of the checkbox that says that the bill goes where the goods go. */
export const SAME_ADDRESS = 'cardUseShippingAsBilling';

/** The name of the checkbox that shows the fields of a business. */
export const AS_BUSINESS = 'enableBusinessPurchase';

/** Reads the form of a session. Gives what is wrong with it, by the names of the fields, where something is missing. */
export function readCheckoutForm(
  session: Stripe.Checkout.Session,
  form: URLSearchParams,
  needsMethod: boolean,
): { readonly submission: Submission } | { readonly problems: Problems } {
  const problems: Record<string, string> = {};
  const text = (name: string): string | undefined => form.get(name)?.trim() || undefined;
  const require = (name: string): void => {
    if (text(name) === undefined) problems[name] = 'Required';
  };
  const known = session.customer_email ?? (session.customer === null ? null : session.customer_details?.email);
  const email = known ?? text('email');
  if (email === undefined || email === null) problems['email'] = 'Required';
  else if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) problems['email'] = 'Your email is incomplete.';
  if (session.phone_number_collection?.enabled === true) require('phoneNumber');
  if (session.shipping_address_collection) {
    for (const name of ['Name', 'AddressLine1', 'Locality', 'PostalCode']) require(`shipping${name}`);
  }
  const isSame = session.shipping_address_collection !== null && form.has(SAME_ADDRESS);
  if (session.billing_address_collection === 'required' && !isSame) {
    for (const name of ['AddressLine1', 'Locality', 'PostalCode']) require(`billing${name}`);
  }
  for (const [name, wish] of [
    ['businessName', session.name_collection?.business],
    ['individualName', session.name_collection?.individual],
  ] as const) {
    if (wish?.enabled === true && !wish.optional) require(name);
  }
  if (session.consent_collection?.terms_of_service === 'required' && !form.has('terms')) {
    problems['terms'] = 'Agree to the terms of service to go on.';
  }
  const isAsked = session.tax_id_collection?.required === 'if_supported';
  if (isAsked && HAS_TAX_IDS.includes(text('billingCountry') ?? text('shippingCountry') ?? '')) require('taxId');
  const customFields: Record<string, string> = {};
  for (const field of session.custom_fields) {
    const name = `custom-${field.key}`;
    const value = form.get(name)?.trim() ?? '';
    const problem = problemOf(field, value);
    if (problem !== undefined) problems[name] = problem;
    customFields[field.key] = value;
  }

  let method: string | GivenMethod | undefined;
  if (needsMethod) {
    const chosen =
      text('method') ?? (session.payment_method_types.includes('card') ? 'card' : session.payment_method_types[0]!);
    if (chosen.startsWith('pm_') || chosen.startsWith('card_')) method = chosen;
    else if (chosen === 'card') {
      const card = readCardFields(form);
      const needsCode = NEEDS_POSTAL_CODE.includes(text('billingCountry') ?? '');
      if (needsCode && !isSame) require('billingPostalCode');
      if ('problems' in card) Object.assign(problems, card.problems);
      else method = card.method;
    } else {
      const bank = readBankFields(chosen, form);
      if ('problems' in bank) Object.assign(problems, bank.problems);
      else
        method = { type: chosen, ...(Object.keys(bank.details).length > 0 && { details: bank.details }), billing: {} };
    }
  }
  if (Object.keys(problems).length > 0) return { problems };

  const address = addressOf(form, isSame ? 'shipping' : 'billing');
  const name = text('billingName') ?? text('shippingName');
  const phone = readPhone(text('phoneNumber'), address?.country ?? undefined);
  const taxId = text('taxId');
  if (typeof method === 'object') {
    method = {
      ...method,
      billing: { ...(email && { email }), ...(name && { name }), ...(phone && { phone }), ...(address && { address }) },
    };
  }
  return {
    submission: {
      email: email ?? undefined,
      name,
      phone,
      businessName: text('businessName'),
      individualName: text('individualName'),
      address,
      shipping: session.shipping_address_collection
        ? { name: text('shippingName') ?? '', address: addressOf(form, 'shipping')! }
        : undefined,
      method,
      save: form.has('save'),
      customFields,
      acceptsTerms: form.has('terms'),
      wantsPromotions: form.has('promotionsConsent'),
      taxId: taxId === undefined ? undefined : { type: text('taxIdType') ?? 'eu_vat', value: taxId },
    },
  };
}

/** A phone number with its country in front: one of North America where it says no other, as the page begins with +1. */
function readPhone(typed: string | undefined, country: string | undefined): string | undefined {
  if (typed === undefined) return undefined;
  const digits = typed.replace(/[^\d+]/g, '');
  const isNorthAmerican = country === undefined || country === 'US' || country === 'CA';
  if (digits.startsWith('+')) return digits;
  return isNorthAmerican && digits.length === 10 ? `+1${digits}` : typed;
}

/** An address out of the fields with a prefix; undefined where there is not even a country. */
export function addressOf(form: URLSearchParams, prefix: string): Stripe.Address | undefined {
  const part = (name: string): string | null => form.get(`${prefix}${name}`)?.trim() || null;
  const country = part('Country');
  if (country === null) return undefined;
  return {
    city: part('Locality'),
    country,
    line1: part('AddressLine1'),
    line2: part('AddressLine2'),
    postal_code: part('PostalCode'),
    state: part('AdministrativeArea'),
  };
}

function problemOf(field: Stripe.Checkout.Session.CustomField, value: string): string | undefined {
  if (value === '') return field.optional ? undefined : 'Required';
  if (field.dropdown)
    return field.dropdown.options.some((option) => option.value === value) ? undefined : 'Choose one of these.';
  if (field.numeric && !/^\d+$/.test(value)) return 'Enter digits only.';
  const limits = field.numeric ?? field.text;
  if (limits?.minimum_length && value.length < limits.minimum_length)
    return `Enter at least ${limits.minimum_length} characters.`;
  if (limits?.maximum_length && value.length > limits.maximum_length)
    return `Enter at most ${limits.maximum_length} characters.`;
  return undefined;
}
