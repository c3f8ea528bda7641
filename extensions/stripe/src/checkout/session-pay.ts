import type Stripe from 'stripe';
import type { StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { tryConfirm } from '../payments/confirm-intent';
import { createIntent } from '../payments/create-intent';
import { tryConfirmSetup } from '../payments/confirm-setup';
import { intentParams, keepsMethods } from './payment-params';
import { addTaxId, makeCustomer, makePaymentMethod, type GivenMethod } from './engine';
import type { Outcome, Settle } from './outcome';
import { completeSession } from './session-complete';
import { amountsOf, saleOf, sessionsOf } from './session-data';
import { subscribe } from './session-subscribe';
import { addUp } from './totals';

/** What a buyer filled in. */
export interface Submission {
  readonly email?: string | undefined;
  readonly name?: string | undefined;
  readonly phone?: string | undefined;
  readonly businessName?: string | undefined;
  readonly individualName?: string | undefined;
  readonly address?: Stripe.Address | undefined;
  readonly shipping?: { readonly name: string; readonly address: Stripe.Address } | undefined;
  /** A payment method of the customer, or a new one; undefined where none is needed. */
  readonly method?: string | GivenMethod | undefined;
  /** Whether the buyer wants the payment method to be kept. */
  readonly save?: boolean;
  readonly customFields: Readonly<Record<string, string>>;
  readonly acceptsTerms: boolean;
  readonly wantsPromotions: boolean;
  readonly taxId?: { readonly type: string; readonly value: string } | undefined;
}

/** Pays a session with what the buyer filled in. Throws for what cannot be, such as a wrong number of a card. */
export function paySession(stripe: Backend, id: string, submission: Submission): Outcome {
  const table = sessionsOf(stripe);
  noteDetails(stripe, id, submission);
  const session = table.get(id);
  const customer = customerFor(stripe, id, submission);
  return stripe.onClockOf(customer, () => {
    const given = submission.method;
    const method =
      typeof given === 'object' ? makePaymentMethod(stripe, given, redisplayOf(stripe, id, submission)) : given;
    const settle: Settle = { id, customer, method, isNew: typeof given === 'object' };
    if (session.mode === 'setup') return setUp(stripe, settle);
    if (session.mode === 'subscription') return subscribe(stripe, settle);
    return payOnce(stripe, settle, submission.save === true);
  });
}

/** Who lets a card be saved sees it again; one that is kept because the session needs it is not shown by itself. */
function redisplayOf(stripe: Backend, id: string, { save }: Submission): Stripe.PaymentMethod.AllowRedisplay {
  if (save === true) return 'always';
  const { mode } = sessionsOf(stripe).get(id);
  const { given } = sessionsOf(stripe).hidden(id)!;
  return mode !== 'payment' || keepsMethods(given) ? 'limited' : 'unspecified';
}

function payOnce(stripe: Backend, { id, customer, method }: Settle, save: boolean): Outcome {
  const table = sessionsOf(stripe);
  const amount = addUp(stripe, saleOf(stripe, id)!).amount_total;
  if (amount === 0) {
    completeSession(stripe, id, 'no_payment_required');
    return { kind: 'complete' };
  }
  let intent = idOf(table.get(id).payment_intent);
  if (intent === undefined) {
    const params = intentParams(stripe, id, { amount, customer });
    intent = createIntent(stripe, save ? { setup_future_usage: 'on_session', ...params } : params).id;
    table.update(id, { payment_intent: intent });
  } else {
    // What the buyer chose may have changed since the last try.
    stripe.table<Stripe.PaymentIntent>('payment_intent').update(intent, { amount });
  }
  const { intent: confirmed, error } = tryConfirm(stripe, intent, {
    ...(method !== undefined && { payment_method: method }),
    return_url: stripe.pageUrl(`pay/${id}/return`),
  });
  return outcomeOf(stripe, id, confirmed, error, 'unpaid');
}

function setUp(stripe: Backend, { id, customer, method }: Settle): Outcome {
  const intent = idOf(sessionsOf(stripe).get(id).setup_intent)!;
  if (customer !== undefined) {
    stripe.table<Stripe.SetupIntent>('setup_intent').update(intent, { customer });
  }
  const { intent: confirmed, error } = tryConfirmSetup(stripe, intent, {
    ...(method !== undefined && { payment_method: method }),
    return_url: stripe.pageUrl(`pay/${id}/return`),
  });
  return outcomeOf(stripe, id, confirmed, error, 'no_payment_required');
}

function outcomeOf(
  stripe: Backend,
  id: string,
  intent: Stripe.PaymentIntent | Stripe.SetupIntent,
  error: StripeError | undefined,
  status: 'unpaid' | 'no_payment_required',
): Outcome {
  if (error) return { kind: 'declined', error };
  const url = actionUrl(intent);
  if (intent.status === 'requires_action' && url !== undefined) return { kind: 'redirect', url };
  if (sessionsOf(stripe).get(id).status === 'open')
    completeSession(stripe, id, intent.status === 'succeeded' && status === 'unpaid' ? 'paid' : status);
  return { kind: 'complete' };
}

/** Where a buyer has to go before a payment goes on. */
export function actionUrl(intent: Stripe.PaymentIntent | Stripe.SetupIntent): string | undefined {
  return intent.next_action?.redirect_to_url?.url ?? undefined;
}

/** Keeps what the buyer filled in about themselves. */
function noteDetails(stripe: Backend, id: string, submission: Submission): void {
  const table = sessionsOf(stripe);
  table.update(id, (session) => ({
    customer_details: {
      address: submission.address ?? null,
      business_name: submission.businessName ?? null,
      email: submission.email ?? session.customer_details?.email ?? null,
      individual_name: submission.individualName ?? null,
      name: submission.name ?? null,
      phone: submission.phone ?? null,
      tax_exempt: session.customer_details?.tax_exempt ?? 'none',
      tax_ids: submission.taxId ? [submission.taxId] : [],
    },
    collected_information:
      submission.shipping || submission.businessName !== undefined || submission.individualName !== undefined
        ? {
            business_name: submission.businessName ?? null,
            individual_name: submission.individualName ?? null,
            shipping_details: submission.shipping ?? null,
          }
        : session.collected_information,
    consent: session.consent_collection
      ? {
          promotions:
            session.consent_collection.promotions === 'auto'
              ? submission.wantsPromotions
                ? 'opt_in'
                : 'opt_out'
              : null,
          terms_of_service: submission.acceptsTerms ? 'accepted' : null,
        }
      : null,
    custom_fields: session.custom_fields.map((field) => withValue(field, submission.customFields[field.key])),
  }));
  // Taxes may follow from where the buyer is.
  table.update(id, amountsOf(stripe, id));
}

function withValue(
  field: Stripe.Checkout.Session.CustomField,
  typed: string | undefined,
): Stripe.Checkout.Session.CustomField {
  const value = typed === undefined || typed === '' ? null : typed;
  if (field.dropdown) return { ...field, dropdown: { ...field.dropdown, value } };
  if (field.numeric) return { ...field, numeric: { ...field.numeric, value } };
  return field.text ? { ...field, text: { ...field.text, value } } : field;
}

/** The customer that the payment is for; made where the session says so. */
function customerFor(stripe: Backend, id: string, submission: Submission): string | undefined {
  const table = sessionsOf(stripe);
  const session = table.get(id);
  const hidden = table.hidden(id)!;
  const { taxId } = submission;
  const known = idOf(session.customer) ?? hidden.customer;
  if (known !== undefined) {
    updateCustomer(stripe, known, id, submission);
    if (taxId && idOf(session.customer) !== undefined) keepTaxId(stripe, known, taxId);
    return known;
  }
  const isNeeded =
    session.customer_creation === 'always' ||
    keepsMethods(hidden.given) ||
    session.invoice_creation?.enabled === true ||
    submission.save === true;
  if (!isNeeded) return undefined;
  const customer = makeCustomer(stripe, {
    ...(session.customer_details?.email && { email: session.customer_details.email }),
    ...nameOf(submission),
    ...(submission.phone && { phone: submission.phone }),
    ...(submission.address && { address: submission.address as Stripe.AddressParam }),
    ...(submission.shipping && { shipping: submission.shipping as Stripe.CustomerCreateParams.Shipping }),
  });
  table.hide(id, { ...hidden, customer: customer.id });
  if (taxId) keepTaxId(stripe, customer.id, taxId);
  return customer.id;
}

type NameField = 'name' | 'business_name' | 'individual_name';

/** A business goes by its own name. */
function nameOf({ businessName, individualName, name }: Submission): Partial<Record<NameField, string>> {
  const shown = businessName ?? individualName ?? name;
  return {
    ...(shown !== undefined && { name: shown }),
    ...(businessName !== undefined && { business_name: businessName }),
    ...(individualName !== undefined && { individual_name: individualName }),
  };
}

function keepTaxId(stripe: Backend, customer: string, taxId: NonNullable<Submission['taxId']>): void {
  const known = [...stripe.table<Stripe.TaxId>('tax_id').values({ by: { customer } })];
  if (!known.some(({ type, value }) => type === taxId.type && value === taxId.value)) addTaxId(stripe, customer, taxId);
}

/** Puts what the buyer filled in into the customer: the number always, and the rest where `customer_update` says so. */
function updateCustomer(stripe: Backend, customer: string, id: string, submission: Submission): void {
  const wanted = sessionsOf(stripe).hidden(id)!.given.customer_update ?? {};
  if (Object.keys(wanted).length === 0 && submission.phone === undefined) return;
  stripe.table<Stripe.Customer>('customer').update(
    customer,
    {
      ...(wanted.address === 'auto' && submission.address && { address: submission.address }),
      ...(submission.phone !== undefined && { phone: submission.phone }),
      ...(wanted.name === 'auto' && nameOf(submission)),
      ...(wanted.shipping === 'auto' && submission.shipping && { shipping: submission.shipping }),
    },
    'customer.updated',
  );
}

/** What the last try to pay or to set up failed with; null where none has. */
export function lastError(
  stripe: Backend,
  session: Stripe.Checkout.Session,
): Stripe.PaymentIntent.LastPaymentError | null {
  const intent = stripe.table<Stripe.PaymentIntent>('payment_intent').find(idOf(session.payment_intent) ?? '');
  const setupId = idOf(session.setup_intent) ?? sessionsOf(stripe).hidden(session.id)?.setup ?? '';
  const setup = stripe.table<Stripe.SetupIntent>('setup_intent').find(setupId);
  return intent?.last_payment_error ?? setup?.last_setup_error ?? null;
}
