/** A card in front of a simulated reader: https://docs.stripe.com/api/terminal/readers/present_payment_method. */
import type Stripe from 'stripe';
import { shareRefund } from '../connect/shared-charges';
import { invalidRequest, type StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { presentedMethod } from '../payments/card-present';
import type { CardParams } from '../payments/cards';
import { checkAllowed } from '../payments/intent-methods';
import { tryConfirm } from '../payments/confirm-intent';
import { intentTable } from '../payments/intents';
import { createRefund } from '../payments/refunds';
import { tryConfirmSetup } from '../payments/confirm-setup';
import { attempts } from '../payments/setup-attempts';
import { setupTable } from '../payments/setup-intents';
import { makePaymentMethod } from '../resources/create-method';
import { endBy, fail, readerTable, succeed, waiting, type Action, type ActionType } from './reader-action';

type Reader = Stripe.Terminal.Reader;

export interface GivenPresentment {
  readonly type?: 'card' | 'card_present' | 'interac_present';
  readonly amount_tip?: number;
  readonly card?: CardParams;
  readonly card_present?: { readonly number?: string };
  readonly interac_present?: { readonly number?: string };
}

const WITH_CARD: readonly ActionType[] = [
  'collect_payment_method',
  'process_payment_intent',
  'process_setup_intent',
  'refund_payment',
];

const DEFAULT_NUMBERS = { card_present: '4242424242424242', interac_present: '4506445006931933' } as const;

/** Presents a card, which ends the action that waits for one. */
export function present(stripe: Backend, id: string, given: GivenPresentment): Reader {
  const action = waiting(stripe, id, WITH_CARD);
  checkTip(action, given.amount_tip);
  return endBy(stripe, id, () => {
    const method = cardOf(stripe, id, given);
    if (action.type === 'process_setup_intent')
      return setUp(stripe, id, idOf(action.process_setup_intent!.setup_intent)!, method);
    if (action.type === 'refund_payment') return refund(stripe, id, action.refund_payment!);
    if (action.type === 'collect_payment_method')
      return collect(stripe, id, idOf(action.collect_payment_method!.payment_intent)!, method, given.amount_tip);
    const intent = idOf(action.process_payment_intent!.payment_intent)!;
    addTip(stripe, intent, given.amount_tip);
    return settle(stripe, id, tryConfirm(stripe, intent, { payment_method: method.id }).error);
  });
}

/** Ends the action by what came of a payment. */
export function settle(stripe: Backend, id: string, error: StripeError | undefined, details: object = {}): Reader {
  if (error === undefined) return succeed(stripe, id, details);
  return fail(stripe, id, error.fields.code ?? 'processing_error', error.message, error);
}

function cardOf(stripe: Backend, id: string, given: GivenPresentment): Stripe.PaymentMethod {
  const { type = 'card_present', card } = given;
  if (type === 'card') return makePaymentMethod(stripe, { type, ...(card && { card }) });
  const { location } = readerTable(stripe).get(id);
  return presentedMethod(stripe, {
    type,
    number: given[type]?.number ?? DEFAULT_NUMBERS[type],
    reader: id,
    location: idOf(location) ?? null,
    allowRedisplay: readerTable(stripe).hidden(id)?.allowRedisplay,
  });
}

/** Only who pays can give a tip, and only where the reader asks for one. */
function checkTip(action: Action, tip: number | undefined): void {
  if (tip === undefined) return;
  if (tip < 0) throw invalidRequest('A tip cannot be negative.', { param: 'amount_tip' });
  const { process_payment_intent: process, collect_payment_method: collected } = action;
  const config = process?.process_config ?? collected?.collect_config;
  if ((process ?? collected) === undefined || config?.skip_tipping === true)
    throw invalidRequest('The reader does not ask for a tip.', { param: 'amount_tip' });
}

function addTip(stripe: Backend, intentId: string, tip: number | undefined): void {
  if (tip === undefined) return;
  intentTable(stripe).update(intentId, ({ amount, amount_details: details }) => ({
    // A tip that an earlier card did not pay is no longer given.
    amount: amount - (details?.tip?.amount ?? 0) + tip,
    amount_details: { ...details, tip: { ...details?.tip, amount: tip } },
  }));
}

function collect(
  stripe: Backend,
  id: string,
  intentId: string,
  method: Stripe.PaymentMethod,
  tip: number | undefined,
): Reader {
  const table = intentTable(stripe);
  const intent = table.get(intentId);
  if (intent.status !== 'requires_payment_method')
    throw invalidRequest(`The status of ${intentId} is ${intent.status}.`, { code: 'intent_invalid_state' });
  checkAllowed(intent, method);
  addTip(stripe, intentId, tip);
  table.update(intentId, { payment_method: method.id, status: 'requires_confirmation' });
  const read = readerTable(stripe).update(id, ({ action }) => ({
    action: {
      ...action!,
      collect_payment_method: { ...action!.collect_payment_method!, payment_method: method },
    },
  }));
  stripe.emit('terminal.reader.action_updated', read);
  return succeed(stripe, id);
}

function setUp(stripe: Backend, id: string, intentId: string, method: Stripe.PaymentMethod): Reader {
  const { intent, error } = tryConfirmSetup(stripe, intentId, { payment_method: method.id });
  if (error) return settle(stripe, id, error);
  const attempt = attempts(stripe).get(idOf(setupTable(stripe).get(intent.id).latest_attempt)!);
  const generated = idOf(attempt.payment_method_details.card_present?.generated_card);
  return succeed(stripe, id, generated === undefined ? {} : { generated_card: generated });
}

function refund(stripe: Backend, id: string, given: NonNullable<Action['refund_payment']>): Reader {
  const made = createRefund(stripe, {
    charge: idOf(given.charge),
    payment_intent: idOf(given.payment_intent),
    amount: given.amount,
    metadata: given.metadata,
  });
  shareRefund(stripe, made, given);
  return succeed(stripe, id, { refund: made.id });
}
