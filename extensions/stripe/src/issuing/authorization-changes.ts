/** What merchants do with authorizations, as the test helpers do it in their place: https://docs.stripe.com/issuing/testing. */
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import type { Module } from '../kernel/module';
import { request } from './authorization-requests';
import { NO_FLEET, NO_FUEL } from './fuel';
import { heldBy, hold, releaseAll } from './holds';
import { authorizationTable, type Authorization } from './tables';
import { addTransaction, type GivenPurchase } from './transactions';

interface GivenCapture {
  readonly capture_amount?: number;
  readonly close_authorization?: boolean;
  readonly purchase_details?: GivenPurchase;
}

interface GivenFinal {
  readonly final_amount: number;
  readonly fleet?: object;
  readonly fuel?: object;
}

/** The operations of the test helpers that change an authorization. */
export function changeAuthorizations(stripe: Backend): NonNullable<Module['operations']> {
  return {
    'POST /v1/test_helpers/issuing/authorizations/{id}/increment': ({ path, params }) => {
      const given = params as unknown as { increment_amount: number; is_amount_controllable?: boolean };
      const { increment_amount: amount, is_amount_controllable: isAmountControllable = false } = given;
      checkPositive(amount, 'increment_amount');
      const { id } = open(stripe, path['id']!, 'incremented');
      return request(stripe, id, { amount, merchantAmount: amount, isAmountControllable });
    },
    'POST /v1/test_helpers/issuing/authorizations/{id}/reverse': ({ path, params }) =>
      reverse(stripe, path['id']!, (params as { readonly reverse_amount?: number }).reverse_amount),
    'POST /v1/test_helpers/issuing/authorizations/{id}/expire': ({ path }) =>
      expire(stripe, open(stripe, path['id']!, 'expired').id),
    'POST /v1/test_helpers/issuing/authorizations/{id}/capture': ({ path, params }) =>
      capture(stripe, path['id']!, params),
    'POST /v1/test_helpers/issuing/authorizations/{id}/finalize_amount': ({ path, params }) =>
      finalize(stripe, path['id']!, params as unknown as GivenFinal),
  };
}

function checkPositive(amount: number, param: string): void {
  if (amount >= 1) return;
  throw invalidRequest('This value must be greater than or equal to 1.', { code: 'parameter_invalid_integer', param });
}

/** The authorization, where it holds money. Throws where it was refused, or is over. */
function open(stripe: Backend, id: string, done: string, also: readonly string[] = []): Authorization {
  const authorization = authorizationTable(stripe).get(id);
  const { approved, pending_request: pending, status } = authorization;
  if (approved && pending === null && ['pending', ...also].includes(status)) return authorization;
  const state = approved ? status : pending === null ? 'declined' : 'not decided yet';
  throw invalidRequest(`The authorization is ${state}, and cannot be ${done}.`, { code: 'status_transition_invalid' });
}

/** Sends the event for what changed since a state, and gives the authorization as it is now. */
function changed(stripe: Backend, before: Authorization): Authorization {
  const after = authorizationTable(stripe).get(before.id);
  stripe.emitChange('issuing_authorization.updated', before, after);
  return after;
}

function reverse(stripe: Backend, id: string, given: number | undefined): Authorization {
  const table = authorizationTable(stripe);
  const before = open(stripe, id, 'reversed');
  const held = heldBy(before);
  const amount = given ?? held;
  if (given !== undefined) checkPositive(given, 'reverse_amount');
  if (amount > held)
    throw invalidRequest(`You cannot reverse ${amount}: the authorization holds ${held}.`, { param: 'reverse_amount' });
  hold(stripe, id, -amount);
  const isOver = amount === held;
  const share = before.amount === 0 ? 0 : amount / before.amount;
  table.update(id, {
    amount: before.amount - amount,
    merchant_amount: before.merchant_amount - Math.round(before.merchant_amount * share),
    ...(isOver && { status: before.transactions.length > 0 ? 'closed' : 'reversed' }),
  });
  if (isOver) stripe.jobs.cancel(id);
  return changed(stripe, before);
}

/** The money goes back, and the amount stays for a merchant that captures it too late. */
export function expire(stripe: Backend, id: string): Authorization {
  const before = authorizationTable(stripe).get(id);
  releaseAll(stripe, id);
  authorizationTable(stripe).update(id, { status: 'expired' });
  stripe.jobs.cancel(id);
  return changed(stripe, before);
}

/** A merchant takes what it was promised, or more, or, of one that expired, what is no longer held. */
function capture(stripe: Backend, id: string, given: GivenCapture): Authorization {
  const table = authorizationTable(stripe);
  const before = open(stripe, id, 'captured', ['expired']);
  const isHeld = before.status === 'pending';
  const { capture_amount: amount = isHeld ? heldBy(before) : before.amount, close_authorization: closes = true } =
    given;
  checkPositive(amount, 'capture_amount');
  if (closes || !isHeld) releaseAll(stripe, id);
  else hold(stripe, id, -Math.min(amount, heldBy(before)));
  const transaction = addTransaction(stripe, {
    type: 'capture',
    card: before.card,
    amount: -amount,
    currency: before.currency,
    merchantAmount: -merchantAmountOf(before, amount),
    merchantCurrency: before.merchant_currency,
    merchant: before.merchant_data,
    purchase: given.purchase_details,
    authorization: before,
  });
  table.update(id, {
    transactions: [...before.transactions, transaction],
    ...(closes && { status: 'closed' }),
  });
  if (closes) stripe.jobs.cancel(id);
  return changed(stripe, before);
}

/** How much an amount is for the merchant, by what the authorization was for both. */
function merchantAmountOf({ amount, merchant_amount: merchantAmount }: Authorization, part: number): number {
  return amount === 0 ? part : Math.round((merchantAmount * part) / amount);
}

/** At a pump it is known only afterwards how much it was. */
function finalize(stripe: Backend, id: string, { final_amount: amount, fleet, fuel }: GivenFinal): Authorization {
  const table = authorizationTable(stripe);
  const before = open(stripe, id, 'finalized');
  if (amount < 0)
    throw invalidRequest('This value must be greater than or equal to 0.', {
      code: 'parameter_invalid_integer',
      param: 'final_amount',
    });
  hold(stripe, id, amount - heldBy(before));
  table.update(id, {
    amount,
    merchant_amount: merchantAmountOf(before, amount),
    ...(fleet && { fleet: { ...NO_FLEET, ...before.fleet, ...fleet } }),
    ...(fuel && { fuel: { ...NO_FUEL, ...before.fuel, ...fuel } }),
  });
  return changed(stripe, before);
}
