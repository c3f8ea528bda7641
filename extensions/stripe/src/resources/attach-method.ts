/** Payment methods that customers keep, and give back. */
import type Stripe from 'stripe';
import { invalidRequest, type StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { behaviorOf, verificationDecline } from '../payments/cards';
import { declineError } from '../payments/declines';
import { METHOD_TYPES } from '../payments/method-types';
import { methodTable } from './method-table';

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
  if (decline) throw declineError({ param: '', ...decline });
  const card = checkedCard(stripe, method);
  const attached = table.update(method.id, { customer, ...(card && { card }) });
  stripe.emit('payment_method.attached', attached);
  return attached;
}

/** The card of a payment method with what its bank found when it was asked about it for the first time. */
function checkedCard(stripe: Backend, { id, card }: Stripe.PaymentMethod): Stripe.PaymentMethod.Card | undefined {
  const { checks: before } = card ?? {};
  if (!card || !before || !Object.values(before).includes('unchecked')) return card;
  const { checks } = behaviorOf(methodTable(stripe).hidden(id));
  const found = (check: string | null, result = 'pass'): string | null => (check === 'unchecked' ? result : check);
  return {
    ...card,
    checks: {
      address_line1_check: found(before.address_line1_check, checks?.line1),
      address_postal_code_check: found(before.address_postal_code_check, checks?.postalCode),
      cvc_check: found(before.cvc_check, checks?.cvc),
    },
  };
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
