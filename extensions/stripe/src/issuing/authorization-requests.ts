/** Whether a card may pay: https://docs.stripe.com/issuing/purchases/authorizations#authorization-handling. */
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import { Later } from '../kernel/objects';
import { issuingBalance } from '../payments/balance';
import { DAY } from '../payments/charging';
import { deciderOf } from '../webhooks/deliver';
import { keepCard } from './keep-card';
import { needsChallenge, withChallenge } from './fraud-challenges';
import { hold } from './holds';
import { verdictOf, type Verdict } from './real-time';
import { allowsSpending } from './spending-controls';
import { authorizationTable, cardTable, type Authorization } from './tables';

type Reason = Authorization['request_history'][number]['reason'];

/** What a merchant asks for: of a new authorization, or more of one that there is. */
export interface Asked {
  readonly amount: number;
  readonly merchantAmount: number;
  readonly isAmountControllable: boolean;
  /** How likely it is that it is fraud, in the words of the test helper. */
  readonly fraudRisk?: string | undefined;
  /** Whether the balance has to have the money: the oldest way to make one does not look at it. */
  readonly isFunded?: boolean;
}

interface Decision {
  readonly approved: boolean;
  readonly reason: Reason;
  /** How much is held, where the application may say that. */
  readonly amount?: number | undefined;
  readonly metadata?: Readonly<Record<string, string>> | '' | undefined;
}

const CAPTURE_DAYS = 7;
const LONG_CAPTURE_DAYS = 31;
const LONG_CAPTURED = ['airlines_air_carriers', 'car_rental_agencies', 'cruise_lines', 'hotels_motels_and_resorts'];

/** In how many seconds a request is given up that the process did not live to decide. */
const GIVE_UP_AFTER = 60;

/** Decides about a request, or waits for the application that does. */
export function request(stripe: Backend, id: string, asked: Asked): Authorization | Later {
  const table = authorizationTable(stripe);
  const pending = table.update(id, {
    pending_request: {
      amount: asked.amount,
      amount_details: table.get(id).amount_details,
      currency: table.get(id).currency,
      is_amount_controllable: asked.isAmountControllable,
      merchant_amount: asked.merchantAmount,
      merchant_currency: table.get(id).merchant_currency,
      network_risk_score: null,
    },
  });
  const refusal = refusalOf(stripe, pending, asked);
  if (refusal !== undefined) {
    if (refusal === 'suspected_fraud') withChallenge(stripe, id);
    return decide(stripe, id, { approved: false, reason: refusal });
  }
  const decider = deciderOf(stripe);
  const event = stripe.emit('issuing_authorization.request', pending);
  if (decider === undefined) return decide(stripe, id, { approved: true, reason: 'card_active' });
  stripe.jobs.schedule('issuing.authorization.give_up', id, stripe.now() + GIVE_UP_AFTER);
  let verdict: Verdict = { kind: 'timeout' };
  return new Later(
    pending,
    async () => {
      verdict = await verdictOf(stripe, decider, event);
    },
    () => settle(stripe, id, verdict),
  );
}

/** Ends a request by what the application answered, unless it decided by a call of its own before. */
export function settle(stripe: Backend, id: string, verdict: Verdict): Authorization {
  const authorization = authorizationTable(stripe).get(id);
  if (authorization.pending_request === null) return authorization;
  if (verdict.kind !== 'decided') return decide(stripe, id, { approved: false, reason: `webhook_${verdict.kind}` });
  const { approved, amount, metadata } = verdict;
  const { is_amount_controllable: isControllable } = authorization.pending_request;
  return decide(stripe, id, {
    approved,
    reason: approved ? 'webhook_approved' : 'webhook_declined',
    ...(isControllable && { amount }),
    metadata,
  });
}

/** Decides as the application asks in a call. Throws where nothing waits for that. */
export function decideByCall(
  stripe: Backend,
  id: string,
  approved: boolean,
  { amount, metadata }: Pick<Decision, 'amount' | 'metadata'>,
): Authorization {
  const { pending_request: pending } = authorizationTable(stripe).get(id);
  if (pending === null) {
    throw invalidRequest('The authorization has no pending request: it is decided only while the event is answered.', {
      code: 'status_transition_invalid',
    });
  }
  if (amount !== undefined && (!pending.is_amount_controllable || amount < 1)) {
    throw invalidRequest(
      pending.is_amount_controllable
        ? 'This value must be greater than or equal to 1.'
        : 'The amount of the authorization cannot be controlled.',
      { param: 'amount' },
    );
  }
  return decide(stripe, id, { approved, reason: approved ? 'webhook_approved' : 'webhook_declined', amount, metadata });
}

/** Why a request is refused before any application is asked. */
function refusalOf(stripe: Backend, authorization: Authorization, asked: Asked): Reason | undefined {
  const card = cardTable(stripe).get(authorization.card.id);
  if (card.status !== 'active') return card.status === 'canceled' ? 'card_canceled' : 'card_inactive';
  if (isOver(card, stripe.now())) return 'card_expired';
  const { cardholder: holder } = card;
  if (holder?.status === 'inactive') return 'cardholder_inactive';
  if (holder?.status === 'blocked') return 'cardholder_blocked';
  const { cvc_check: cvc, expiry_check: expiry, three_d_secure: secure } = authorization.verification_data;
  if (cvc === 'mismatch' || expiry === 'mismatch' || secure?.result === 'failed') return 'verification_failed';
  if (!allowsSpending(stripe, authorization, asked.amount)) return 'spending_controls';
  if (asked.fraudRisk === 'highest' && needsChallenge(stripe, authorization)) return 'suspected_fraud';
  if (asked.isFunded !== false && issuingBalance(stripe, authorization.currency) < asked.amount)
    return 'insufficient_funds';
  return undefined;
}

/** A card is good until its month is over. */
function isOver({ exp_month: month, exp_year: year }: { exp_month: number; exp_year: number }, now: number): boolean {
  return now * 1000 >= Date.UTC(year, month);
}

/** Writes down what was decided, with `issuing_authorization.created` or, for more of an authorization, `.updated`. */
function decide(stripe: Backend, id: string, { approved, reason, amount, metadata }: Decision): Authorization {
  const table = authorizationTable(stripe);
  stripe.jobs.cancel(id, 'issuing.authorization.give_up');
  const before = table.get(id);
  const asked = before.pending_request!;
  const isFirst = before.request_history.length === 0;
  const granted = amount ?? asked.amount;
  const entry = {
    amount: granted,
    amount_details: asked.amount_details,
    approved,
    authorization_code: approved ? String(stripe.platform.ids.number('issuing.code')).padStart(6, '0') : null,
    created: stripe.now(),
    currency: asked.currency,
    merchant_amount: asked.merchant_amount,
    merchant_currency: asked.merchant_currency,
    network_risk_score: null,
    reason,
    reason_message: null,
    requested_at: stripe.now(),
  };
  // The amount of a refused authorization is what was refused.
  const isCounted = approved || isFirst;
  table.update(id, {
    pending_request: null,
    request_history: [...before.request_history, entry],
    ...(isFirst && { approved, status: approved ? 'pending' : 'closed' }),
    ...(isCounted && {
      amount: before.amount + granted,
      merchant_amount: before.merchant_amount + asked.merchant_amount,
    }),
    ...(metadata !== undefined && { metadata: mergeMetadata(before.metadata, metadata) }),
  });
  if (approved) approve(stripe, id, granted, isFirst);
  const decided = table.get(id);
  if (isFirst) stripe.emit('issuing_authorization.created', decided);
  else stripe.emitChange('issuing_authorization.updated', before, decided);
  return decided;
}

function approve(stripe: Backend, id: string, amount: number, isFirst: boolean): void {
  const { merchant_data: merchant, card } = hold(stripe, id, amount);
  const days = LONG_CAPTURED.includes(merchant.category) ? LONG_CAPTURE_DAYS : CAPTURE_DAYS;
  stripe.jobs.schedule('issuing.authorization.expire', id, stripe.now() + days * DAY);
  const most = card.lifecycle_controls?.cancel_after.payment_count;
  if (!isFirst || most === undefined) return;
  const payments = authorizationTable(stripe).count({ by: { card: card.id }, where: (each) => each.approved });
  if (payments >= most)
    keepCard(stripe, cardTable(stripe).update(card.id, { status: 'canceled' }, 'issuing_card.updated'));
}
