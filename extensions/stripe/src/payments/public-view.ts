/** What a publishable key may do, and see: https://docs.stripe.com/keys. It is in the pages of everybody. */
import type Stripe from 'stripe';
import { invalidRequest, resourceMissing } from '../errors';
import type { Call } from '../kernel/module';

const SHOWN = [
  'id', 'object', 'amount', 'amount_details', 'automatic_payment_methods', 'canceled_at', 'cancellation_reason',
  'capture_method', 'client_secret', 'confirmation_method', 'created', 'currency', 'description',
  'excluded_payment_method_types', 'last_payment_error', 'last_setup_error', 'livemode', 'next_action',
  'payment_method', 'payment_method_configuration_details', 'payment_method_types', 'processing', 'receipt_email',
  'setup_future_usage', 'shipping', 'source', 'status', 'usage',
]; // prettier-ignore

/** Throws where a publishable key comes without the secret of the intent. */
export function checkSecret(call: Call, intent: Stripe.PaymentIntent | Stripe.SetupIntent): void {
  const { client_secret: given } = call.params as { readonly client_secret?: string };
  if (given === undefined && !call.key.publishable) return;
  if (given === undefined) {
    throw invalidRequest('Missing required param: client_secret.', {
      code: 'parameter_missing',
      param: 'client_secret',
    });
  }
  if (given === intent.client_secret) return;
  throw invalidRequest(
    `The client_secret provided does not match the client_secret associated with the ${intent.object === 'payment_intent' ? 'PaymentIntent' : 'SetupIntent'}.`,
    { code: `${intent.object}_invalid_parameter`, param: 'client_secret' },
  );
}

/** An intent as the key may see it. */
export function viewFor<T extends object>(call: Call, intent: T): T {
  if (!call.key.publishable) return intent;
  return Object.fromEntries(Object.entries(intent).filter(([name]) => SHOWN.includes(name))) as T;
}

/** The same for a source. */
export function checkSourceSecret({ params, key }: Call, source: Stripe.Source): void {
  const { client_secret: given } = params as { readonly client_secret?: string };
  if ((given === undefined && !key.publishable) || given === source.client_secret) return;
  throw resourceMissing('source', source.id);
}
