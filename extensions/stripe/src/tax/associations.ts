import type Stripe from 'stripe';
import { invalidRequest, StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import type { Table } from '../kernel/table';
import { calculationTable } from './calculations';
import { recordReversal, recordSale, transactionTable, type Transaction } from './transactions';

type Association = Stripe.Tax.Association;
type Attempt = Stripe.Tax.Association.TaxTransactionAttempt;
type Reason = Stripe.Tax.Association.TaxTransactionAttempt.Errored.Reason;

/**
 * Payments that name their calculation (`hooks[inputs][tax][calculation]`): the sale is recorded when they succeed, and what is
 * refunded is reversed. https://docs.stripe.com/tax/payment-intent
 */
export const taxAssociations: DefineModule = (stripe) => {
  const table = associationTable(stripe);
  const ofPayment = (intent: string): Association | undefined => table.first({ by: { payment_intent: intent } });
  return {
    operations: {
      'GET /v1/tax/associations/find': ({ params }) => {
        const { payment_intent: intent } = params as unknown as Stripe.Tax.AssociationFindParams;
        stripe.table('payment_intent').get(intent, 'payment_intent');
        const found = ofPayment(intent);
        if (found) return found;
        throw new StripeError(404, 'invalid_request_error', `No tax association for the payment intent '${intent}'`, {
          code: 'resource_missing',
          param: 'payment_intent',
        });
      },
    },
    reactions: {
      'payment_intent.succeeded': ({ id, currency }: Stripe.PaymentIntent) => {
        const association = ofPayment(id);
        if (association) keep(stripe, association, id, sale(stripe, association, currency));
      },
      'refund.created': (refund: Stripe.Refund) => {
        const association = ofPayment(idOf(refund.payment_intent) ?? '');
        const original = association && saleOf(stripe, association);
        if (original) keep(stripe, association, refund.id, reversal(stripe, original, refund));
      },
    },
  };
};

/** Ties a payment to its calculation. Gives the field of the intent that says so. Throws where there is no such calculation. */
export function hooksOf(
  stripe: Backend,
  intent: string,
  hooks: Stripe.PaymentIntentCreateParams.Hooks | undefined,
): object {
  const tax = hooks?.inputs?.tax;
  if (tax === undefined) return {};
  const table = associationTable(stripe);
  const known = table.first({ by: { payment_intent: intent } });
  if (!tax.calculation) {
    if (known) table.remove(known.id);
    return { hooks: null };
  }
  const param = 'hooks[inputs][tax][calculation]';
  const calculation = calculationTable(stripe).get(tax.calculation, param);
  if (calculation.expires_at! <= stripe.now()) {
    throw invalidRequest(`The tax calculation ${calculation.id} has expired.`, { param });
  }
  if (known) table.update(known.id, { calculation: calculation.id });
  else {
    table.insert({
      id: stripe.newId('tax.association'),
      object: 'tax.association',
      calculation: calculation.id,
      payment_intent: intent,
      tax_transaction_attempts: null,
    });
  }
  return { hooks: { inputs: { tax: { calculation: calculation.id } } } };
}

function associationTable(stripe: Backend): Table<Association> {
  return stripe.table<Association>('tax.association');
}

/** Records the sale, or says why it cannot be recorded. */
function sale(stripe: Backend, association: Association, currency: string): Transaction | Reason {
  const calculation = calculationTable(stripe).get(association.calculation);
  if (calculation.currency !== currency) return 'currency_mismatch';
  if (calculation.expires_at! <= stripe.now()) return 'calculation_expired';
  if (saleOf(stripe, association)) return 'another_payment_associated_with_calculation';
  const reference = association.payment_intent;
  if (transactionTable(stripe).first({ by: { reference } })) return 'unique_reference_violation';
  return recordSale(stripe, { calculation: calculation.id, reference });
}

function saleOf(stripe: Backend, { calculation }: Association): Transaction | undefined {
  const table = transactionTable(stripe);
  return table.first({ where: ({ id }) => table.hidden(id)?.calculation === calculation });
}

/** What was refunded, taken back of the sale, unless there is not so much left of it. */
function reversal(stripe: Backend, original: Transaction, refund: Stripe.Refund): Transaction | Reason {
  try {
    const reference = refund.id;
    return recordReversal(stripe, {
      mode: 'partial',
      original_transaction: original.id,
      reference,
      flat_amount: -refund.amount,
    });
  } catch (error) {
    if (error instanceof StripeError) return 'original_transaction_voided';
    throw error;
  }
}

/** Writes down what became of an attempt to record something. A payment does not fail by its taxes. */
function keep(stripe: Backend, { id }: Association, source: string, outcome: Transaction | Reason): void {
  const attempt: Attempt =
    typeof outcome === 'string'
      ? { source, status: 'errored', errored: { reason: outcome } }
      : { source, status: 'committed', committed: { transaction: outcome.id } };
  associationTable(stripe).update(id, ({ tax_transaction_attempts: earlier }) => ({
    tax_transaction_attempts: [...(earlier ?? []), attempt],
  }));
}
