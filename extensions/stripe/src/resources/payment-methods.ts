import type Stripe from 'stripe';
import { omit } from '../kernel/omit';
import { invalidRequest, parameterMissing, resourceMissing, type StripeError } from '../errors';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import type { Table } from '../kernel/table';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import { linkedBank } from '../financial-connections/linked-bank';
import { checkEmail } from '../parameters/email';
import { NAMED_ACCOUNTS } from '../payments/bank-accounts';
import { bankAccountTable, cardOfSource } from '../payments/card-source';
import { behaviorOf, methodCard, namedCard, verificationDecline, type CardParams } from '../payments/cards';
import { declineError } from '../payments/declines';
import { checkExpiry } from '../payments/expiry';
import { METHOD_TYPES } from '../payments/method-types';
import { cardPart, otherPart, preferring, usBankAccount, type MethodSecret } from './method-parts';

/** Types of which nothing can be made without their data. */
const NEEDS_DATA: readonly string[] = ['acss_debit', 'au_becs_debit', 'boleto', 'fpx', 'nz_bank_account', 'sofort'];
const BILLING_EMAIL = 'billing_details[email]';

export type MethodParams = Omit<Stripe.PaymentMethodCreateParams, 'card' | 'type'> & {
  readonly type?: string;
  readonly card?:
    (CardParams & { readonly token?: string; readonly networks?: { readonly preferred?: string } }) | object;
};

export function methodTable(stripe: Backend): Table<Stripe.PaymentMethod, MethodSecret> {
  return stripe.table<Stripe.PaymentMethod, MethodSecret>('payment_method');
}

/** Makes a payment method that no customer has yet. Throws a card error for a card with wrong data. */
export function createPaymentMethod(stripe: Backend, given: MethodParams): Stripe.PaymentMethod {
  const { type } = given;
  if (type === undefined) throw parameterMissing('type');
  if (METHOD_TYPES[type] === undefined && type !== 'custom') {
    throw invalidRequest(`Invalid type: must be one of ${Object.keys(METHOD_TYPES).join(', ')}`, { param: 'type' });
  }
  const details = (given as Record<string, unknown>)[type] as Record<string, unknown> | undefined;
  if (details === undefined && NEEDS_DATA.includes(type)) throw parameterMissing(type);
  const linked = type === 'us_bank_account' && details ? linkedBank(stripe, details) : undefined;
  checkEmail(given.billing_details?.email, BILLING_EMAIL);
  const part = type === 'card' ? cardPart(stripe, details) : otherPart(type, linked ?? details ?? {});
  const { shown, billing } = part;
  // Whoever linked an account has shown that it is theirs.
  const secret = linked ? { ...part.secret, isVerified: true } : part.secret;
  const billingDetails = given.billing_details as Partial<Stripe.PaymentMethod.BillingDetails> | undefined;
  return insertMethod(stripe, { type, shown, secret, billing: { ...billing, ...billingDetails }, given });
}

interface NewMethod {
  readonly type: string;
  readonly shown: object;
  readonly secret: MethodSecret;
  readonly billing?: object | undefined;
  readonly given?: Pick<MethodParams, 'allow_redisplay' | 'metadata' | 'radar_options'>;
}

function insertMethod(stripe: Backend, { type, shown, secret, billing, given = {} }: NewMethod): Stripe.PaymentMethod {
  const method = {
    id: stripe.newId('payment_method'),
    object: 'payment_method',
    allow_redisplay: given.allow_redisplay ?? 'unspecified',
    billing_details: billingDetails(billing),
    [type]: shown,
    created: stripe.now(),
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: mergeMetadata(undefined, given.metadata),
    shared_payment_granted_token: null,
    ...(given.radar_options && { radar_options: given.radar_options }),
    type,
  } as unknown as Stripe.PaymentMethod;
  methodTable(stripe).insert(method, secret);
  return method;
}

/** Billing details in full, from those that were given. */
export function billingDetails(
  given: object | null | undefined,
  before?: Stripe.PaymentMethod.BillingDetails,
): Stripe.PaymentMethod.BillingDetails {
  const { address, ...rest } = (given ?? {}) as Partial<Stripe.PaymentMethod.BillingDetails>;
  const empty = { city: null, country: null, line1: null, line2: null, postal_code: null, state: null };
  const cleared = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, value === '' ? null : value]));
  return {
    email: null,
    name: null,
    phone: null,
    tax_id: null,
    ...before,
    ...cleared,
    address: { ...empty, ...before?.address, ...(typeof address === 'object' ? address : undefined) },
  };
}

/**
 * The payment method under an identifier, for use. The names that stand for test cards and test accounts (`pm_card_visa`,
 * `pm_usBankAccount_success`) make a new one each time; tokens, sources and cards of customers are taken as well.
 * Throws `resource_missing` for `param`.
 */
export function resolvePaymentMethod(stripe: Backend, id: string, param = 'payment_method'): Stripe.PaymentMethod {
  const card = id.startsWith('pm_card_') ? namedCard(stripe, id) : undefined;
  if (card) {
    const secret = { number: card.number, hasCvc: card.hasCvc };
    return insertMethod(stripe, { type: 'card', shown: methodCard(card), secret });
  }
  const [, account] = /^pm_usBankAccount(?:_(\w+))?$/.exec(id) ?? [];
  const number = NAMED_ACCOUNTS[account ?? (id === 'pm_usBankAccount' ? 'success' : '')];
  if (number !== undefined) {
    return insertMethod(stripe, {
      type: 'us_bank_account',
      shown: usBankAccount(number, {}),
      secret: { account: number, isVerified: true },
      billing: { name: 'Jenny Rosen', email: 'jenny.rosen@example.com' },
    });
  }
  if (/^(tok|src|card|ba)_/.test(id)) return methodOfSource(stripe, id, param);
  return methodTable(stripe).get(id, param);
}

/** Throws where a payment method is not there, or is not that of the customer: only those are for later payments. */
export function checkAttached(stripe: Backend, customer: string, id: string, param: string): void {
  if (methodTable(stripe).find(id)?.customer === customer) return;
  if (resolvePaymentMethod(stripe, id, param).customer === customer) return;
  throw notAttached(id, param);
}

/** The error of a payment method that is not the customer’s. */
export function notAttached(id: string, param: string): StripeError {
  return invalidRequest(
    `The customer does not have a payment method with the ID ${id}. The payment method must be attached to the customer.`,
    { code: 'resource_missing', param },
  );
}

/** A card or source that is used as a payment method keeps its identifier. */
function methodOfSource(stripe: Backend, id: string, param: string): Stripe.PaymentMethod {
  const existing = methodTable(stripe).find(id);
  if (existing) return existing;
  if (id.startsWith('ba_')) return methodOfBankAccount(stripe, id, param);
  const { card, secret, billing, customer } = cardOfSource(stripe, id, param);
  const method = insertable(
    stripe,
    id.startsWith('tok_') ? stripe.newId('payment_method') : id,
    { type: 'card', card: methodCard(card, true) },
    {
      customer: customer ?? null,
      billing,
    },
  );
  return methodTable(stripe).insert(method, secret);
}

/** A bank account of a customer, which can be debited once it is verified. */
function methodOfBankAccount(stripe: Backend, id: string, param: string): Stripe.PaymentMethod {
  const bank = bankAccountTable(stripe).get(id, param);
  if (bank.status !== 'verified') {
    throw invalidRequest(`The bank account ${id} has to be verified before it can be debited.`, {
      code: 'bank_account_unverified',
      param,
    });
  }
  const { account = '' } = bankAccountTable(stripe).hidden(id) ?? {};
  const shown = usBankAccount(account, {
    account_holder_type: bank.account_holder_type,
    account_type: bank.account_type,
    routing_number: bank.routing_number,
  });
  const method = insertable(
    stripe,
    id,
    { type: 'us_bank_account', us_bank_account: shown },
    { customer: idOf(bank.customer) ?? null, billing: { name: bank.account_holder_name } },
  );
  return methodTable(stripe).insert(method, { account, isVerified: true });
}

function insertable(
  stripe: Backend,
  id: string,
  shown: object,
  { customer, billing }: { customer: string | null; billing?: object | undefined },
): Stripe.PaymentMethod {
  return {
    id,
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: billingDetails(billing),
    created: stripe.now(),
    customer,
    customer_account: null,
    livemode: false,
    metadata: {},
    shared_payment_granted_token: null,
    ...shown,
  } as unknown as Stripe.PaymentMethod;
}

/**
 * Gives a payment method to a customer, with `payment_method.attached`. Throws a card error for a card that the bank does not
 * verify, and an invalid request for a method that was used up or is another customer’s.
 */
export function attachPaymentMethod(
  stripe: Backend,
  method: Stripe.PaymentMethod,
  customer: string,
  { verified = false }: { readonly verified?: boolean } = {},
): Stripe.PaymentMethod {
  stripe.table('customer').get(customer, 'customer');
  const table = methodTable(stripe);
  const owner = idOf(method.customer);
  if (owner === customer) return method;
  if (owner !== undefined) {
    throw invalidRequest('The payment method you provided has already been attached to a customer.');
  }
  const secret = table.hidden(method.id);
  if (secret?.spent === true) throw spentMethod();
  if (METHOD_TYPES[method.type]?.reusable === false) {
    throw invalidRequest(`Payment methods of type '${method.type}' cannot be saved to customers.`, {
      param: 'payment_method',
    });
  }
  const decline = verified ? undefined : verificationDecline(secret);
  if (decline) throw declineError(decline);
  const card = checkedCard(stripe, method);
  const attached = table.update(method.id, { customer, ...(card && { card }) });
  stripe.emit('payment_method.attached', attached);
  return attached;
}

/** The card of a payment method with what its bank found when it was asked about it for the first time. */
function checkedCard(stripe: Backend, { id, card }: Stripe.PaymentMethod): Stripe.PaymentMethod.Card | undefined {
  if (card?.checks?.cvc_check !== 'unchecked') return card;
  const { checks } = behaviorOf(methodTable(stripe).hidden(id));
  return { ...card, checks: { ...card.checks, cvc_check: checks?.cvc ?? 'pass' } };
}

/** Keeps what the bank of a card that was charged found. Nothing changes of a card that it knows. */
export function keepChecks(stripe: Backend, method: Stripe.PaymentMethod): Stripe.PaymentMethod {
  const card = checkedCard(stripe, method);
  return card === undefined || card === method.card ? method : methodTable(stripe).update(method.id, { card });
}

function spentMethod(): StripeError {
  return invalidRequest(
    'This PaymentMethod was previously used without being attached to a Customer or was detached from a Customer, and may not be used again.',
    { code: 'payment_method_unexpected_state' },
  );
}

/** Takes a payment method from its customer, for good. */
export function detachPaymentMethod(stripe: Backend, id: string): Stripe.PaymentMethod {
  const table = methodTable(stripe);
  const method = table.get(id);
  const customer = idOf(method.customer);
  if (customer === undefined) {
    throw invalidRequest('The payment method you provided is not attached to a customer so detachment is impossible.', {
      param: 'payment_method',
    });
  }
  table.hide(id, { ...table.hidden(id), spent: true });
  const owner = stripe.table<Stripe.Customer>('customer').find(customer);
  if (owner && !owner.deleted && idOf(owner.invoice_settings.default_payment_method) === id) {
    stripe
      .table<Stripe.Customer>('customer')
      .update(
        customer,
        { invoice_settings: { ...owner.invoice_settings, default_payment_method: null } },
        'customer.updated',
      );
  }
  return table.update(id, { customer: null }, 'payment_method.detached');
}

/** https://docs.stripe.com/api/payment_methods */
export const paymentMethods: DefineModule = (stripe) => {
  const table = methodTable(stripe);
  const list = (url: string, params: Stripe.PaymentMethodListParams, customer: string | undefined) =>
    table.page(url, params, {
      by: { customer },
      where: ({ allow_redisplay: redisplay, type }) =>
        (params.type ?? type) === type && (params.allow_redisplay ?? redisplay) === redisplay,
    });
  return {
    operations: {
      'POST /v1/payment_methods': ({ params, key }) => {
        const given = params as Stripe.PaymentMethodCreateParams;
        if (given.payment_method !== undefined && !key.publishable) return clone(stripe, given.payment_method);
        const method = createPaymentMethod(stripe, given);
        const secret = table.hidden(method.id);
        return given.customer === undefined || secret === undefined
          ? method
          : attachPaymentMethod(stripe, method, given.customer);
      },
      'GET /v1/payment_methods/{id}': ({ path }) => resolvePaymentMethod(stripe, path['id']!, 'id'),
      'POST /v1/payment_methods/{id}': ({ path, params }) => update(stripe, path['id']!, params),
      'GET /v1/payment_methods': ({ url, params }) => {
        const given = params as Stripe.PaymentMethodListParams;
        if (given.customer !== undefined) stripe.table('customer').get(given.customer, 'customer');
        return list(url, given, given.customer);
      },
      'POST /v1/payment_methods/{id}/attach': ({ path, params }) => {
        const { customer } = params as Stripe.PaymentMethodAttachParams;
        if (customer === undefined) throw parameterMissing('customer');
        return attachPaymentMethod(stripe, resolvePaymentMethod(stripe, path['id']!, 'id'), customer);
      },
      'POST /v1/payment_methods/{id}/detach': ({ path }) => detachPaymentMethod(stripe, path['id']!),
      'GET /v1/customers/{customer}/payment_methods': ({ path, url, params }) => {
        stripe.table('customer').get(path['customer']!, 'customer');
        return list(url, params, path['customer']);
      },
      'GET /v1/customers/{customer}/payment_methods/{id}': ({ path }) => {
        const method = table.get(path['id']!);
        if (idOf(method.customer) !== path['customer']) throw resourceMissing('PaymentMethod', path['id']!);
        return method;
      },
    },
  };
};

/** A copy of a payment method of the platform, for a connected account. */
function clone(stripe: Backend, id: string): Stripe.PaymentMethod {
  const original = stripe.as({ account: PLATFORM_ACCOUNT }, () => resolvePaymentMethod(stripe, id));
  const secret = stripe.as({ account: PLATFORM_ACCOUNT }, () => methodTable(stripe).hidden(original.id)) ?? {};
  const shown = (original as unknown as Record<string, object>)[original.type] ?? {};
  return insertMethod(stripe, { type: original.type, shown, secret, billing: original.billing_details });
}

function update(stripe: Backend, id: string, params: object): Stripe.PaymentMethod {
  const table = methodTable(stripe);
  const given = params as Stripe.PaymentMethodUpdateParams;
  const method = table.get(id);
  if (method.customer === null) {
    throw invalidRequest('You must save this PaymentMethod to a customer before you can update it.');
  }
  checkEmail(given.billing_details?.email, BILLING_EMAIL);
  const preferred = given.card?.networks?.preferred ?? undefined;
  const card = given.card && method.card && preferring({ ...method.card, ...omit(given.card, 'networks') }, preferred);
  if (card) checkExpiry(stripe, card);
  return table.update(
    id,
    {
      ...(given.allow_redisplay !== undefined && { allow_redisplay: given.allow_redisplay }),
      ...(given.billing_details !== undefined && {
        billing_details: billingDetails(given.billing_details, method.billing_details),
      }),
      ...(card && { card }),
      ...(given.us_bank_account && { us_bank_account: { ...method.us_bank_account, ...given.us_bank_account } }),
      ...(given.metadata !== undefined && {
        metadata: mergeMetadata(method.metadata, given.metadata),
      }),
    } as Partial<Stripe.PaymentMethod>,
    'payment_method.updated',
  );
}
