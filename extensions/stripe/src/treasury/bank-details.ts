/** How flows show the bank account or the financial account at their other end. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { NO_ADDRESS } from '../parameters/address';
import { TEST_BANK } from '../payments/card-objects';
import { blank } from '../spec/shapes';
import { resolvePaymentMethod } from '../resources/resolve-method';

/** A payment method that is a bank account. Throws for any other. */
export function bankMethod(stripe: Backend, id: string, param: string): Stripe.PaymentMethod {
  const method = resolvePaymentMethod(stripe, id, param);
  if (method.type === 'us_bank_account') return method;
  throw invalidRequest(`The PaymentMethod ${id} is of the type ${method.type}, and must be a us_bank_account.`, {
    param,
  });
}

/** A bank account of a payment method, as a flow over a network shows it. */
export function bankDetails(
  { billing_details: billing, us_bank_account: bank }: Stripe.PaymentMethod,
  network: string,
): object {
  return {
    billing_details: billingOf(billing),
    type: 'us_bank_account',
    us_bank_account: {
      account_holder_type: bank?.account_holder_type ?? null,
      account_type: bank?.account_type ?? null,
      bank_name: bank?.bank_name ?? null,
      fingerprint: bank?.fingerprint ?? null,
      last4: bank?.last4 ?? null,
      network,
      routing_number: bank?.routing_number ?? null,
    },
  };
}

/** A bank account that a client describes itself. */
export function namedBank(given: {
  account_holder_name?: string;
  account_number?: string;
  routing_number?: string;
}): object {
  return {
    billing_details: billingOf({ name: given.account_holder_name ?? null }),
    type: 'us_bank_account',
    us_bank_account: {
      bank_name: TEST_BANK,
      last4: given.account_number?.slice(-4) ?? '6789',
      routing_number: given.routing_number ?? '110000000',
    },
  };
}

export function financialAccountDetails(id: string): object {
  return {
    billing_details: billingOf({}),
    financial_account: { id, network: 'stripe' },
    type: 'financial_account',
  };
}

export function billingOf(billing: { address?: unknown; email?: unknown; name?: unknown }): object {
  return {
    address: { ...blank('address'), ...NO_ADDRESS, ...(billing.address as object | null | undefined) },
    email: billing.email || null,
    name: billing.name || null,
  };
}
