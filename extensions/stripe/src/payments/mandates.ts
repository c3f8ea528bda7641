import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import type { Table } from '../kernel/table';
import { methodTable } from '../resources/method-table';
import { bankBehavior } from './bank-accounts';

export type MandateData = Stripe.PaymentIntentConfirmParams.MandateData | '' | null | undefined;

/** What a customer agreed to. */
export interface Agreement {
  readonly mandateData?: MandateData;
  /** The only payment that it is for. */
  readonly singleUse?: { readonly amount: number; readonly currency: string } | undefined;
  /** `payment_method_options` of the intent, which say for some types when debits come. */
  readonly options?: object | null;
}

/** Writes down that a customer agreed to debits from a payment method. */
export function createMandate(
  stripe: Backend,
  method: Stripe.PaymentMethod,
  { mandateData: data, singleUse, options }: Agreement,
): Stripe.Mandate {
  const acceptance = data ? data.customer_acceptance : undefined;
  const id = stripe.newId('mandate');
  const mandate = {
    id,
    object: 'mandate',
    customer_acceptance: {
      accepted_at: acceptance?.accepted_at ?? stripe.now(),
      ...(acceptance?.type === 'online'
        ? { online: { ip_address: null, user_agent: null, ...acceptance.online } }
        : { offline: {} }),
      type: acceptance?.type ?? 'offline',
    },
    livemode: false,
    ...(singleUse === undefined ? { multi_use: {} } : { single_use: singleUse }),
    payment_method: method.id,
    payment_method_details: { [method.type]: detailsOf(stripe, id, method.type, options), type: method.type },
    status: 'active',
    type: singleUse === undefined ? 'multi_use' : 'single_use',
  } as unknown as Stripe.Mandate;
  mandateTable(stripe).insert(mandate);
  const { refusesMandate } = bankBehavior(methodTable(stripe).hidden(method.id)?.account);
  return refusesMandate === true ? refuse(stripe, mandate) : mandate;
}

/** The bank of the customer does not accept what was agreed to. */
function refuse(stripe: Backend, { id, payment_method_details: details }: Stripe.Mandate): Stripe.Mandate {
  const { bacs_debit: bacs } = details;
  return mandateTable(stripe).update(
    id,
    {
      status: 'inactive',
      ...(bacs && { payment_method_details: { ...details, bacs_debit: { ...bacs, network_status: 'refused' } } }),
    },
    'mandate.updated',
  );
}

/** What a mandate says for a type of payment methods: under which reference, and where it can be read. */
function detailsOf(stripe: Backend, id: string, type: string, options: object | null | undefined): object {
  const url = stripe.pageUrl(`mandates/${id}`);
  const reference = stripe.secret(16).toUpperCase();
  switch (type) {
    case 'acss_debit':
      return {
        interval_description: null,
        payment_schedule: 'sporadic',
        transaction_type: 'personal',
        ...(options as Stripe.PaymentIntent.PaymentMethodOptions | null | undefined)?.acss_debit?.mandate_options,
      };
    case 'au_becs_debit':
      return { url };
    case 'bacs_debit':
      return {
        display_name: null,
        network_status: 'accepted',
        reference,
        revocation_reason: null,
        service_user_number: null,
        url,
      };
    case 'sepa_debit':
      return { reference, url };
    default:
      return {};
  }
}

/** The mandate that a client names for a payment. Throws for one that is over, or for another payment method. */
export function givenMandate(stripe: Backend, id: string, method: Stripe.PaymentMethod): Stripe.Mandate {
  const mandate = mandateTable(stripe).get(id, 'mandate');
  if (mandate.status === 'active' && idOf(mandate.payment_method) === method.id) return mandate;
  throw invalidRequest('The provided mandate is invalid and can not be used for the payment intent.', {
    code: 'payment_intent_mandate_invalid',
    param: 'mandate',
  });
}

/** What a customer agreed to for all payments with a payment method; undefined where they did not. */
export function standingMandate(stripe: Backend, method: string): Stripe.Mandate | undefined {
  return mandateTable(stripe).first({
    by: { payment_method: method },
    where: ({ status, type }) => status === 'active' && type === 'multi_use',
  });
}

/** Ends what a customer agreed to with a payment method: they have taken it back, or their bank does not debit it any more. */
export function endMandates(stripe: Backend, method: string): void {
  const table = mandateTable(stripe);
  const active = [...table.values({ by: { payment_method: method } })].filter(({ status }) => status === 'active');
  for (const { id } of active) table.update(id, { status: 'inactive' }, 'mandate.updated');
}

function mandateTable(stripe: Backend): Table<Stripe.Mandate> {
  return stripe.table<Stripe.Mandate>('mandate');
}

/** https://docs.stripe.com/api/mandates */
export const mandates: DefineModule = (stripe) => ({
  operations: { 'GET /v1/mandates/{id}': ({ path }) => mandateTable(stripe).get(path['id']!) },
  reactions: { 'payment_method.detached': ({ id }: Stripe.PaymentMethod) => endMandates(stripe, id) },
});
