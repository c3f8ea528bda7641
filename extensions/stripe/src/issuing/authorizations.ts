/** What cards are used for: https://docs.stripe.com/issuing/purchases/authorizations. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { idOf, type Later } from '../kernel/objects';
import { blank } from '../spec/shapes';
import { changeAuthorizations, expire } from './authorization-changes';
import { decideByCall, request, settle } from './authorization-requests';
import { respond } from './fraud-challenges';
import { NO_FLEET, NO_FUEL } from './fuel';
import { merchantOf, type GivenMerchant } from './merchants';
import { authorizationTable, cardTable, type Authorization, type Card } from './tables';
import { tokenFor } from './tokens';

/** The parameters of the test helper, whose types the official package keeps to itself. */
interface GivenAuthorization {
  readonly card: string;
  readonly amount?: number;
  readonly amount_details?: object;
  readonly authorization_method?: string;
  readonly currency?: string;
  readonly fleet?: object;
  readonly fuel?: object;
  readonly is_amount_controllable?: boolean;
  readonly merchant_amount?: number;
  readonly merchant_currency?: string;
  readonly merchant_data?: GivenMerchant;
  readonly network_data?: object;
  readonly risk_assessment?: { readonly fraud_risk?: { readonly level?: string } };
  readonly verification_data?: object;
  readonly wallet?: string;
}

/** How a card is used with nobody in front of the merchant. */
const NOT_PRESENT = ['keyed_in', 'online'];

/** https://docs.stripe.com/api/issuing/authorizations */
export const issuingAuthorizations: DefineModule = (stripe) => {
  const table = authorizationTable(stripe);
  const cards = cardTable(stripe);
  return {
    operations: {
      ...changeAuthorizations(stripe),
      'GET /v1/issuing/authorizations': ({ params, url }) => {
        const { card, cardholder, status } = params as Stripe.Issuing.AuthorizationListParams;
        return table.page(url, params, { by: { card, cardholder, status } });
      },
      'GET /v1/issuing/authorizations/{id}': ({ path }) => table.get(path['id']!),
      'POST /v1/issuing/authorizations/{id}': ({ path, params }) => {
        const { metadata } = params as Stripe.Issuing.AuthorizationUpdateParams;
        return table.update(
          path['id']!,
          (before) => ({ metadata: mergeMetadata(before.metadata, metadata) }),
          'issuing_authorization.updated',
        );
      },
      'POST /v1/issuing/authorizations/{id}/approve': ({ path, params }) =>
        decideByCall(stripe, path['id']!, true, decisionOf(params)),
      'POST /v1/issuing/authorizations/{id}/decline': ({ path, params }) =>
        decideByCall(stripe, path['id']!, false, decisionOf(params)),
      'POST /v1/test_helpers/issuing/authorizations': ({ params }) => {
        const given = params as unknown as GivenAuthorization;
        return authorize(stripe, cards.get(given.card, 'card'), given);
      },
      'POST /v1/test_helpers/issuing/authorizations/{id}/fraud_challenges/respond': ({ path, params }) =>
        respond(stripe, path['id']!, (params as unknown as { readonly confirmed: boolean }).confirmed),
      // As it was before the test helpers; the command line asks for it, and funds nothing.
      'POST /v1/issuing/cards/{id}/test/authorizations': ({ path, params }) => {
        const given = params as Readonly<Record<string, string | undefined>>;
        const card = cards.get(path['id']!);
        const {
          held_amount: held,
          held_currency: currency = card.currency,
          authorization_method: method = 'online',
        } = given;
        const amount = Number(held);
        if (held === undefined || !Number.isSafeInteger(amount)) {
          throw invalidRequest(`Invalid integer: ${String(held)}`, {
            code: 'parameter_invalid_integer',
            param: 'held_amount',
          });
        }
        const asked = { card: card.id, amount, currency, authorization_method: method };
        return authorize(stripe, card, asked, { isFunded: false });
      },
    },
    jobs: {
      'issuing.authorization.expire': (each, { subject }) => void expire(each, subject),
      'issuing.authorization.give_up': (each, { subject }) => {
        if (authorizationTable(each).find(subject)) settle(each, subject, { kind: 'timeout' });
      },
    },
  };
};

function decisionOf(params: object): { amount?: number; metadata?: Record<string, string> | '' } {
  const { amount, metadata } = params as {
    readonly amount?: number;
    readonly metadata?: Record<string, string> | '';
  };
  return { ...(amount !== undefined && { amount }), ...(metadata !== undefined && { metadata }) };
}

function authorize(
  stripe: Backend,
  card: Card,
  given: GivenAuthorization,
  { isFunded = true }: { readonly isFunded?: boolean } = {},
): Authorization | Later {
  const amount = given.amount ?? given.merchant_amount ?? 0;
  const merchantAmount = given.merchant_amount ?? amount;
  for (const [param, value] of Object.entries({ amount, merchant_amount: merchantAmount })) {
    if (value < 0)
      throw invalidRequest('This value must be greater than or equal to 0.', {
        code: 'parameter_invalid_integer',
        param,
      });
  }
  const currency = (given.currency ?? card.currency).toLowerCase();
  if (currency !== card.currency)
    throw invalidRequest(`The currency of the card is ${card.currency}; the merchant's is merchant_currency.`, {
      param: 'currency',
    });
  const method = given.authorization_method ?? 'online';
  const id = stripe.newId('issuing.authorization');
  const token = given.wallet === undefined ? undefined : tokenFor(stripe, card, given.wallet);
  const authorization = {
    ...blank('issuing.authorization'),
    id,
    amount: 0,
    amount_details: given.amount_details ? { atm_fee: null, cashback_amount: null, ...given.amount_details } : null,
    approved: false,
    authorization_method: method,
    balance_transactions: [],
    card,
    card_presence: NOT_PRESENT.includes(method) ? 'not_present' : 'present',
    cardholder: idOf(card.cardholder) ?? null,
    created: stripe.now(),
    currency,
    fleet: given.fleet ? { ...NO_FLEET, ...given.fleet } : null,
    fraud_challenges: null,
    fuel: given.fuel ? { ...NO_FUEL, ...given.fuel } : null,
    merchant_amount: 0,
    merchant_currency: given.merchant_currency?.toLowerCase() ?? currency,
    merchant_data: merchantOf(given.merchant_data),
    metadata: {},
    network_data: {
      acquiring_institution_id: null,
      system_trace_audit_number: null,
      transaction_id: null,
      ...given.network_data,
    },
    pending_request: null,
    request_history: [],
    status: 'pending',
    token: token?.id ?? null,
    transactions: [],
    verification_data: { ...NOT_VERIFIED, ...given.verification_data },
    verified_by_fraud_challenge: null,
    wallet: given.wallet ?? null,
  } as unknown as Authorization;
  authorizationTable(stripe).insert(authorization);
  return request(stripe, id, {
    amount,
    merchantAmount,
    isAmountControllable: given.is_amount_controllable ?? false,
    fraudRisk: given.risk_assessment?.fraud_risk?.level,
    isFunded,
  });
}

const NOT_VERIFIED = {
  address_line1_check: 'not_provided',
  address_postal_code_check: 'not_provided',
  authentication_exemption: null,
  cvc_check: 'not_provided',
  expiry_check: 'not_provided',
  postal_code: null,
  three_d_secure: null,
};
