import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import { blank } from '../spec/shapes';

type Card = Stripe.Issuing.Card;
type Cardholder = Stripe.Issuing.Cardholder;
type Transaction = Stripe.Issuing.Transaction;
type Authorization = Stripe.Issuing.Authorization;

/** The parameters of test helpers, whose types the official package keeps to itself. */
interface GivenCapture {
  readonly amount: number;
  readonly card: string;
  readonly currency?: string;
  readonly merchant_data?: object;
  readonly purchase_details?: { readonly receipt?: readonly object[] };
}

interface GivenAuthorization {
  readonly card: string;
  readonly amount?: number;
  readonly currency?: string;
  readonly authorization_method?: string;
}

/** How many years a card is good for. */
const VALID_YEARS = 3;

/** Cardholders, cards, and what is paid with them: https://docs.stripe.com/api/issuing. */
export const issuing: DefineModule = (stripe) => {
  const cardholders = stripe.table<Cardholder>('issuing.cardholder');
  const cards = stripe.table<Card>('issuing.card');
  const transactions = stripe.table<Transaction>('issuing.transaction');
  const authorizations = stripe.table<Authorization>('issuing.authorization');
  return {
    operations: {
      'POST /v1/issuing/cardholders': ({ params }) => {
        const { metadata, ...given } = params as unknown as Stripe.Issuing.CardholderCreateParams;
        const cardholder = {
          ...blank('issuing.cardholder'),
          company: null,
          email: null,
          individual: null,
          phone_number: null,
          status: 'active',
          type: 'individual',
          ...given,
          id: stripe.newId('issuing.cardholder'),
          created: stripe.now(),
          metadata: mergeMetadata(undefined, metadata),
          requirements: { disabled_reason: null, past_due: [] },
        } as unknown as Cardholder;
        cardholders.insert(cardholder);
        stripe.emit('issuing_cardholder.created', cardholder);
        return cardholder;
      },
      'GET /v1/issuing/cardholders': ({ params, url }) => cardholders.page(url, params),
      'GET /v1/issuing/cardholders/{id}': ({ path }) => cardholders.get(path['id']!),
      'POST /v1/issuing/cardholders/{id}': ({ path, params }) => {
        const { metadata, ...given } = params as Stripe.Issuing.CardholderUpdateParams;
        return cardholders.update(
          path['id']!,
          (before) =>
            ({ ...given, metadata: mergeMetadata(before.metadata, metadata) }) as unknown as Partial<Cardholder>,
          'issuing_cardholder.updated',
        );
      },
      'POST /v1/issuing/cards': ({ params }) => {
        const given = params as unknown as Stripe.Issuing.CardCreateParams;
        const holder = given.cardholder === undefined ? undefined : cardholders.get(given.cardholder, 'cardholder');
        const status = given.status ?? 'inactive';
        if (status === 'active' && holder?.status === 'inactive') {
          throw invalidRequest('The cardholder of the card is inactive.', { param: 'cardholder' });
        }
        const now = new Date(stripe.now() * 1000);
        const card = {
          ...blank('issuing.card'),
          id: stripe.newId('issuing.card'),
          brand: 'Visa',
          cardholder: holder ?? null,
          created: stripe.now(),
          currency: given.currency,
          exp_month: now.getUTCMonth() + 1,
          exp_year: now.getUTCFullYear() + VALID_YEARS,
          last4: stripe.platform.ids.number('issuing.card').toString().padStart(4, '0').slice(-4),
          metadata: mergeMetadata(undefined, given.metadata),
          status,
          type: given.type,
        } as unknown as Card;
        cards.insert(card);
        stripe.emit('issuing_card.created', card);
        return card;
      },
      'GET /v1/issuing/cards': ({ params, url }) => cards.page(url, params),
      'GET /v1/issuing/cards/{id}': ({ path }) => cards.get(path['id']!),
      'POST /v1/issuing/cards/{id}': ({ path, params }) => {
        const given = params as Stripe.Issuing.CardUpdateParams;
        return cards.update(
          path['id']!,
          (before) => ({
            ...(given.status && { status: given.status }),
            metadata: mergeMetadata(before.metadata, given.metadata),
          }),
          'issuing_card.updated',
        );
      },
      'GET /v1/issuing/transactions': ({ params, url }) => transactions.page(url, params),
      'GET /v1/issuing/transactions/{id}': ({ path }) => transactions.get(path['id']!),
      'POST /v1/issuing/transactions/{id}': ({ path, params }) => {
        const { metadata } = params as Stripe.Issuing.TransactionUpdateParams;
        return transactions.update(
          path['id']!,
          (before) => ({ metadata: mergeMetadata(before.metadata, metadata) }),
          'issuing_transaction.updated',
        );
      },
      'POST /v1/test_helpers/issuing/transactions/create_force_capture': ({ params }) =>
        capture(stripe, params as unknown as GivenCapture),
      'GET /v1/issuing/authorizations': ({ params, url }) => authorizations.page(url, params),
      'GET /v1/issuing/authorizations/{id}': ({ path }) => authorizations.get(path['id']!),
      'POST /v1/test_helpers/issuing/authorizations': ({ params }) => {
        const given = params as unknown as GivenAuthorization;
        return authorize(stripe, cards.get(given.card, 'card'), {
          amount: given.amount ?? 0,
          ...(given.currency !== undefined && { currency: given.currency }),
          ...(given.authorization_method && { method: given.authorization_method }),
        });
      },
      // As it was before the test helpers; the command line asks for it.
      'POST /v1/issuing/cards/{id}/test/authorizations': ({ path, params }) => {
        const given = params as Readonly<Record<string, string | undefined>>;
        const amount = Number(given['held_amount']);
        if (!Number.isSafeInteger(amount) || amount < 0) {
          throw invalidRequest(`Invalid integer: ${String(given['held_amount'])}`, {
            code: 'parameter_invalid_integer',
            param: 'held_amount',
          });
        }
        return authorize(stripe, cards.get(path['id']!), {
          amount,
          ...(given['held_currency'] !== undefined && { currency: given['held_currency'] }),
          ...(given['authorization_method'] !== undefined && { method: given['authorization_method'] }),
        });
      },
    },
  };
};

function capture(stripe: Backend, given: GivenCapture): Transaction {
  const card = stripe.table<Card>('issuing.card').get(given.card, 'card');
  const details = given.purchase_details;
  const transaction = {
    ...blank('issuing.transaction'),
    id: stripe.newId('issuing.transaction'),
    amount: -given.amount,
    authorization: null,
    card: card.id,
    cardholder: idOf(card.cardholder) ?? null,
    created: stripe.now(),
    currency: given.currency ?? card.currency,
    merchant_amount: -given.amount,
    merchant_currency: given.currency ?? card.currency,
    merchant_data: merchant(given.merchant_data),
    purchase_details: details ?? null,
    type: 'capture',
  } as unknown as Transaction;
  stripe.table<Transaction>('issuing.transaction').insert(transaction);
  stripe.emit('issuing_transaction.created', transaction);
  if (details?.receipt) stripe.emit('issuing_transaction.purchase_details_receipt_updated', transaction);
  return transaction;
}

function authorize(
  stripe: Backend,
  card: Card,
  { amount, currency = card.currency, method = 'online' }: { amount: number; currency?: string; method?: string },
): Authorization {
  const approved = card.status === 'active';
  const pending = {
    amount,
    amount_details: null,
    currency,
    is_amount_controllable: false,
    merchant_amount: amount,
    merchant_currency: currency,
  };
  const authorization = {
    ...blank('issuing.authorization'),
    id: stripe.newId('issuing.authorization'),
    amount: 0,
    approved: false,
    authorization_method: method,
    card,
    cardholder: idOf(card.cardholder) ?? null,
    created: stripe.now(),
    currency,
    merchant_amount: amount,
    merchant_currency: currency,
    merchant_data: merchant(undefined),
    pending_request: approved ? pending : null,
    request_history: [],
    status: 'pending',
  } as unknown as Authorization;
  const table = stripe.table<Authorization>('issuing.authorization');
  table.insert(authorization);
  if (approved) stripe.emit('issuing_authorization.request', authorization);
  // Without a webhook that decides, an active card may pay.
  const decided = table.update(authorization.id, {
    amount: approved ? amount : 0,
    approved,
    pending_request: null,
    status: approved ? 'pending' : 'closed',
  });
  stripe.emit('issuing_authorization.created', decided);
  return decided;
}

function merchant(given: object | undefined): object {
  return {
    category: 'taxicabs_limousines',
    category_code: '4121',
    city: null,
    country: null,
    name: 'Rocket Rides',
    network_id: '1234567890',
    postal_code: null,
    state: null,
    tax_id: null,
    terminal_id: null,
    url: null,
    ...given,
  };
}
