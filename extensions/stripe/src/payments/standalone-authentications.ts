/** 3D Secure without a payment: https://docs.stripe.com/payments/3d-secure/standalone-3d-secure. */
import { createHash } from 'node:crypto';
import type Stripe from 'stripe';
import { invalidRequest, parameterMissing, type StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import { omit } from '../kernel/omit';
import type { Table } from '../kernel/table';
import { createPaymentMethod } from '../resources/create-method';
import { methodTable, type MethodParams } from '../resources/method-table';
import { resolvePaymentMethod } from '../resources/resolve-method';
import { behaviorOf } from './cards';
import { checkAmount, readCurrency } from './money';

type Authentication = Stripe.ThreeDSecure.Authentication;
type Given = Stripe.ThreeDSecure.AuthenticationCreateParams;
type Outcome = Stripe.ThreeDSecure.Authentication.Outcome;

const KIND = 'three_d_secure.authentication';
/** The types of events that say where an authentication has come to. */
const EVENTS: Readonly<Record<string, string>> = { error: 'errored' };
const CANCELABLE = ['requires_submission', 'requires_challenge'];
/** The networks that know what a standalone authentication is. */
const DIRECTORIES: Readonly<Record<string, string>> = {
  amex: 'american_express',
  discover: 'discover',
  mastercard: 'mastercard',
  visa: 'visa',
};

export function authenticationTable(stripe: Backend): Table<Authentication> {
  return stripe.table<Authentication>(KIND);
}

function create(stripe: Backend, given: Given): Authentication {
  const { amount, currency, message_category: category, channel } = given;
  if (category === 'payment_authentication') {
    if (amount === undefined) throw parameterMissing('amount');
    if (currency === undefined) throw parameterMissing('currency');
  }
  const money = currency === undefined ? undefined : readCurrency(currency);
  if (amount !== undefined && money !== undefined) checkAmount(amount, money);
  const previous = channel.three_r_i?.previous_authentication;
  if (previous !== undefined) authenticationTable(stripe).get(previous, 'channel[three_r_i][previous_authentication]');
  const method = methodFor(stripe, given);
  const authentication = {
    id: stripe.newId(KIND),
    object: KIND,
    ...(given.acquirer_details && { acquirer_details: given.acquirer_details }),
    ...(amount !== undefined && { amount }),
    channel,
    created: stripe.now(),
    ...(money !== undefined && { currency: money }),
    directory_server: directoryOf(method, given.directory_server),
    ...(given.flow_preference && { flow_preference: given.flow_preference }),
    ...(given.future_usage && { future_usage: given.future_usage }),
    livemode: false,
    message_category: category,
    metadata: mergeMetadata(undefined, given.metadata),
    payment_method: method.id,
    ...(given.reason !== undefined && { reason: given.reason }),
    ...(given.shipping_address && { shipping_address: given.shipping_address }),
    status: 'requires_submission',
  } as unknown as Authentication;
  authenticationTable(stripe).insert(authentication);
  stripe.emit(`${KIND}.requires_submission`, authentication);
  // No card of ours lets its holder's device be looked at, so there is nothing to wait for.
  return given.submit === undefined || given.submit === 'never' ? authentication : submit(stripe, authentication);
}

function methodFor(stripe: Backend, { payment_method: id, payment_method_data: data }: Given): Stripe.PaymentMethod {
  if (id === undefined && data === undefined) throw parameterMissing('payment_method');
  const method =
    id === undefined ? createPaymentMethod(stripe, data as MethodParams) : resolvePaymentMethod(stripe, id);
  if (method.type === 'card') return method;
  throw invalidRequest(`Payment methods of type ${method.type} cannot be authenticated by 3D Secure.`, {
    code: 'three_d_secure_authentication_not_supported',
    param: 'payment_method',
  });
}

/** Throws for a network that the card is not of. */
function directoryOf({ card }: Stripe.PaymentMethod, asked: string | undefined): string {
  const own = DIRECTORIES[card?.brand ?? ''];
  const others = (card?.networks?.available ?? []).filter((network) => network === 'cartes_bancaires');
  const known = [...(own === undefined ? [] : [own]), ...others];
  const chosen = asked ?? known[0];
  if (chosen !== undefined && known.includes(chosen)) return chosen;
  throw invalidRequest(`The card cannot be authenticated by the directory server ${asked ?? 'of its network'}.`, {
    code: 'three_d_secure_authentication_not_supported',
    param: asked === undefined ? 'payment_method' : 'directory_server',
  });
}

/** Asks the bank of the card: it agrees, refuses, or wants to see the cardholder. */
function submit(stripe: Backend, authentication: Authentication): Authentication {
  if (authentication.status !== 'requires_submission') throw wrongStatus(authentication, 'submitted');
  const secret = methodTable(stripe).hidden(idOf(authentication.payment_method)!);
  const { authentication: when, failsToAuthenticate } = behaviorOf(secret);
  if (failsToAuthenticate !== undefined) return end(stripe, authentication, 'error', 'processing_error');
  const isAsked = authentication.flow_preference?.type === 'challenge';
  const isChallenged = when === 'onRequest' ? isAsked : when !== undefined;
  // Without the cardholder nobody can be asked.
  if (!isChallenged || authentication.channel.type === 'three_r_i') {
    return end(stripe, authentication, 'succeeded', 'authenticated');
  }
  return write(stripe, authentication, {
    status: 'requires_challenge',
    challenge_url: stripe.pageUrl(`three_d_secure/${authentication.id}`),
  });
}

/** Says what the cardholder did on the page of the bank. Nothing happens to what waits for nobody. */
export function answerChallenge(stripe: Backend, id: string, succeeded: boolean): Authentication {
  const authentication = authenticationTable(stripe).get(id);
  if (authentication.status !== 'requires_challenge') return authentication;
  return succeeded
    ? end(stripe, authentication, 'succeeded', 'authenticated')
    : end(stripe, authentication, 'failed', 'denied');
}

function cancel(stripe: Backend, authentication: Authentication): Authentication {
  if (!CANCELABLE.includes(authentication.status)) throw wrongStatus(authentication, 'canceled');
  return write(stripe, authentication, { status: 'canceled', outcome: 'canceled' });
}

function end(stripe: Backend, authentication: Authentication, status: string, outcome: Outcome): Authentication {
  return write(stripe, authentication, {
    status,
    outcome,
    outcome_details: outcomeDetails(authentication, outcome),
  });
}

function outcomeDetails(
  { id, directory_server: server, status }: Authentication,
  outcome: Outcome,
): Stripe.ThreeDSecure.Authentication.OutcomeDetails {
  const isChallenged = status === 'requires_challenge';
  const result = outcome === 'authenticated' ? 'Y' : outcome === 'denied' ? 'N' : 'U';
  return {
    acs_transaction_id: uuid(`acs ${id}`),
    ares_trans_status: isChallenged ? 'C' : result,
    ...(outcome === 'authenticated' && {
      cryptogram: createHash('sha1').update(id).digest('base64'),
      eci: server === 'mastercard' ? '02' : '05',
    }),
    ds_transaction_id: uuid(`ds ${id}`),
    protocol_version: '2.2.0',
    ...(isChallenged && { rreq_trans_status: result }),
    three_ds_server_transaction_id: uuid(`server ${id}`),
  };
}

/** The same identifier for the same words. */
function uuid(words: string): string {
  const hex = createHash('sha256').update(words).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

function write(stripe: Backend, { id }: Authentication, change: Partial<Authentication>): Authentication {
  const table = authenticationTable(stripe);
  const after = table.replace(id, { ...omit(table.get(id), 'challenge_url'), ...change });
  stripe.emit(`${KIND}.${EVENTS[after.status] ?? after.status}`, after);
  return after;
}

function wrongStatus({ status }: Authentication, done: string): StripeError {
  const allowed = done === 'canceled' ? CANCELABLE : ['requires_submission'];
  return invalidRequest(
    `This 3DS Authentication cannot be ${done} because it has a status of ${status}. Only a 3DS Authentication with one of the following statuses may be ${done}: ${allowed.join(', ')}.`,
  );
}

/** https://docs.stripe.com/api/three_d_secure/authentications */
export const standaloneAuthentications: DefineModule = (stripe) => {
  const table = authenticationTable(stripe);
  const found = (id: string, { metadata }: { readonly metadata?: Stripe.Emptyable<Stripe.MetadataParam> }) => {
    const authentication = table.get(id);
    if (metadata === undefined) return authentication;
    return table.update(id, { metadata: mergeMetadata(authentication.metadata ?? undefined, metadata) });
  };
  return {
    operations: {
      'POST /v1/three_d_secure/authentications': ({ params }) => create(stripe, params as unknown as Given),
      'GET /v1/three_d_secure/authentications': ({ url, params }) => {
        const { status } = params as Stripe.ThreeDSecure.AuthenticationListParams;
        return table.page(url, params, { where: (each) => status === undefined || each.status === status });
      },
      'GET /v1/three_d_secure/authentications/{id}': ({ path }) => table.get(path['id']!),
      'POST /v1/three_d_secure/authentications/{id}/submit': ({ path, params }) =>
        submit(stripe, found(path['id']!, params)),
      'POST /v1/three_d_secure/authentications/{id}/cancel': ({ path, params }) =>
        cancel(stripe, found(path['id']!, params)),
    },
  };
};
