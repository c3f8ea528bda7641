import type Stripe from 'stripe';
import { invalidRequest, resourceMissing } from '../errors';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import { omit } from '../kernel/omit';
import { checkEmail } from '../parameters/email';
import { checkExpiry } from '../payments/expiry';
import { attachPaymentMethod, detachPaymentMethod } from './attach-method';
import { BILLING_EMAIL, createPaymentMethod } from './create-method';
import { preferring } from './method-parts';
import { billingDetails, insertMethod, methodTable } from './method-table';
import { resolvePaymentMethod } from './resolve-method';

/** What lists without a customer look for. */
const NOBODY = 'nobody';

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
        // Nobody is told of methods that are nobody’s.
        const owner = given.customer ?? (stripe.isLoose ? undefined : NOBODY);
        return list(url, given, owner);
      },
      'POST /v1/payment_methods/{id}/attach': ({ path, params }) => {
        const { customer } = params as Stripe.PaymentMethodAttachParams;
        if (customer === undefined) {
          throw invalidRequest('Must provide customer or customer_account.', { code: 'parameter_missing' });
        }
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
