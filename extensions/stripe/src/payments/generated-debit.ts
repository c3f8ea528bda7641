/**
 * Ways to pay by a bank's own page, which show whose account it is: what is to be used again is debited from that account, by SEPA.
 * https://docs.stripe.com/payments/ideal/save-during-payment
 */
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { attachPaymentMethod } from '../resources/attach-method';
import { makePaymentMethod } from '../resources/create-method';
import { methodTable } from '../resources/method-table';
import { createMandate, type MandateData } from './mandates';

/** The account behind each, in tests. */
const IBANS: Readonly<Record<string, string>> = {
  bancontact: 'BE62510007547061',
  ideal: 'NL39RABO0300065264',
  sofort: 'DE89370400440532013000',
};

/** Whether a type is paid with once, and debits are made of it. */
export function isShownOnce(type: string): boolean {
  return type in IBANS;
}

/** What the bank said of the account, where a payment was made by its page. Nothing for other types. */
export function shownAccount({ type, billing_details: billing }: Stripe.PaymentMethod): object {
  const iban = IBANS[type];
  if (iban === undefined) return {};
  return {
    generated_sepa_debit: null,
    generated_sepa_debit_mandate: null,
    iban_last4: iban.slice(-4),
    verified_name: billing.name,
    ...(type === 'bancontact' && { bank_code: null, bank_name: null, bic: null, preferred_language: 'en' }),
  };
}

/** The payment method for later debits that a payment left behind. */
export function generatedBy(charge: Stripe.Charge | undefined): string | undefined {
  const { bancontact, ideal, sofort } = charge?.payment_method_details ?? {};
  return idOf((bancontact ?? ideal ?? sofort)?.generated_sepa_debit);
}

export interface Generated {
  readonly generated_sepa_debit: string;
  readonly generated_sepa_debit_mandate: string;
}

/** Makes the payment method for later debits, and what the customer agreed to. It is attached where there is a customer. */
export function generateDebit(
  stripe: Backend,
  method: Stripe.PaymentMethod,
  from: { readonly charge?: string; readonly setup_attempt?: string },
  { customer, mandateData }: { readonly customer: string | undefined; readonly mandateData: MandateData },
): Generated {
  const table = methodTable(stripe);
  const { email, name } = method.billing_details;
  const made = makePaymentMethod(stripe, {
    type: 'sepa_debit',
    sepa_debit: { iban: IBANS[method.type]! },
    billing_details: { ...(email !== null && { email }), ...(name !== null && { name }) },
    allow_redisplay: method.allow_redisplay,
  });
  const generated = table.update(made.id, {
    sepa_debit: {
      ...made.sepa_debit!,
      generated_from: { charge: from.charge ?? null, setup_attempt: from.setup_attempt ?? null },
    },
  });
  if (customer !== undefined) attachPaymentMethod(stripe, generated, customer, { verified: true });
  return {
    generated_sepa_debit: made.id,
    generated_sepa_debit_mandate: createMandate(stripe, generated, { mandateData }).id,
  };
}
