/** Cards that an account issues: https://docs.stripe.com/issuing/cards. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { readCurrency } from '../payments/money';
import { blank } from '../spec/shapes';
import { shippingOf } from './card-shipping';
import { keepCard } from './keep-card';
import { controlsOf } from './spending-controls';
import { cardholderTable, cardTable, type Card, type Cardholder } from './tables';

/** How many years a card is good for. */
const VALID_YEARS = 3;
/** Issued test cards begin with it. */
const ISSUER = '400000999';
const NUMBER_LENGTH = 16;

/** https://docs.stripe.com/api/issuing/cards */
export const issuingCards: DefineModule = (stripe) => {
  const table = cardTable(stripe);
  return {
    operations: {
      'POST /v1/issuing/cards': ({ params }) => create(stripe, params as unknown as Stripe.Issuing.CardCreateParams),
      'GET /v1/issuing/cards': ({ params, url }) => {
        const { cardholder, status, type, ...given } = params as Stripe.Issuing.CardListParams;
        const fields = ['exp_month', 'exp_year', 'last4', 'personalization_design'] as const;
        return table.page(url, params, {
          by: { cardholder, status, type },
          where: (each) => fields.every((name) => given[name] === undefined || each[name] === given[name]),
        });
      },
      'GET /v1/issuing/cards/{id}': ({ path }) => table.get(path['id']!),
      'POST /v1/issuing/cards/{id}': ({ path, params }) => update(stripe, table.get(path['id']!), params),
    },
    includes: {
      'issuing.card cvc': ({ id }: Card) => table.hidden(id)?.cvc ?? null,
      'issuing.card number': ({ id }: Card) => table.hidden(id)?.number ?? null,
    },
  };
};

function create(stripe: Backend, given: Stripe.Issuing.CardCreateParams): Card {
  const table = cardTable(stripe);
  const holder =
    given.cardholder === undefined ? undefined : cardholderTable(stripe).get(given.cardholder, 'cardholder');
  const currency = readCurrency(given.currency);
  const status = given.status ?? 'inactive';
  if (status === 'active') checkHolder(holder);
  const replaced = replacedBy(stripe, given);
  if (given.personalization_design !== undefined) checkDesign(stripe, given.personalization_design);
  if (given.type === 'physical' && given.shipping === undefined)
    throw invalidRequest('A physical card needs an address that it is sent to.', {
      code: 'parameter_missing',
      param: 'shipping',
    });
  const now = new Date(stripe.now() * 1000);
  const number = nextNumber(stripe);
  const card = {
    ...blank('issuing.card'),
    id: stripe.newId('issuing.card'),
    brand: 'Visa',
    cardholder: holder ?? null,
    created: stripe.now(),
    currency,
    exp_month: given.exp_month ?? now.getUTCMonth() + 1,
    exp_year: given.exp_year ?? now.getUTCFullYear() + VALID_YEARS,
    last4: number.slice(-4),
    lifecycle_controls: given.lifecycle_controls ?? null,
    metadata: mergeMetadata(undefined, given.metadata),
    personalization_design: given.personalization_design ?? null,
    replacement_for: replaced?.id ?? null,
    replacement_reason: given.replacement_reason ?? null,
    second_line: given.second_line || null,
    shipping: given.shipping ? shippingOf(given.shipping) : null,
    spending_controls: controlsOf(given.spending_controls, { currency, isCard: true }),
    status,
    type: given.type,
    wallets: walletsFor(holder),
  } as unknown as Card;
  table.insert(card, { number, cvc: String(Number(number.slice(-6)) % 1000).padStart(3, '0') });
  if (replaced) keepCard(stripe, table.update(replaced.id, { replaced_by: card.id }, 'issuing_card.updated'));
  stripe.emit('issuing_card.created', card);
  return card;
}

function update(stripe: Backend, before: Card, given: Stripe.Issuing.CardUpdateParams): Card {
  const { cancellation_reason: reason, metadata, personalization_design: design, shipping, status } = given;
  const changes = [reason, design, shipping, status, given.spending_controls, given.pin];
  if (before.status === 'canceled' && changes.some((each) => each !== undefined))
    throw invalidRequest('A canceled card cannot be changed any more.', { param: 'status' });
  if (reason !== undefined && status !== 'canceled')
    throw invalidRequest('A card has a cancellation_reason only when it is canceled.', {
      param: 'cancellation_reason',
    });
  if (status === 'active') checkHolder(before.cardholder);
  if (design !== undefined) checkDesign(stripe, design);
  if (shipping !== undefined && before.shipping?.status !== 'pending')
    throw invalidRequest('The card has no shipment that has not begun.', { param: 'shipping' });
  const card = cardTable(stripe).update(
    before.id,
    {
      ...(status && { status }),
      ...(reason && { cancellation_reason: reason }),
      ...(design !== undefined && { personalization_design: design }),
      ...(shipping && { shipping: shippingOf(shipping) }),
      ...(given.spending_controls && {
        spending_controls: controlsOf(given.spending_controls, {
          currency: before.currency,
          before: before.spending_controls,
          isCard: true,
        }),
      }),
      metadata: mergeMetadata(before.metadata, metadata),
    },
    'issuing_card.updated',
  );
  keepCard(stripe, card);
  return card;
}

function checkHolder(holder: Cardholder | null | undefined): void {
  if (holder && holder.status !== 'active')
    throw invalidRequest(`The cardholder of the card is ${holder.status}.`, { param: 'cardholder' });
}

function checkDesign(stripe: Backend, id: string): void {
  const { status } = stripe
    .table<Stripe.Issuing.PersonalizationDesign>('issuing.personalization_design')
    .get(id, 'personalization_design');
  if (status !== 'active')
    throw invalidRequest(`The personalization design has the status ${status}, and has to be active.`, {
      param: 'personalization_design',
    });
}

/** A card that was lost or stolen is canceled before it is replaced. */
function replacedBy(stripe: Backend, given: Stripe.Issuing.CardCreateParams): Card | undefined {
  const { replacement_for: id, replacement_reason: reason } = given;
  if (id === undefined && reason === undefined) return undefined;
  if (id === undefined || reason === undefined) {
    const param = id === undefined ? 'replacement_for' : 'replacement_reason';
    throw invalidRequest('A replacement has both replacement_for and replacement_reason.', {
      code: 'parameter_missing',
      param,
    });
  }
  const card = cardTable(stripe).get(id, 'replacement_for');
  if ((reason === 'lost' || reason === 'stolen') && card.status !== 'canceled')
    throw invalidRequest(`A ${reason} card has to be canceled before it is replaced.`, { param: 'replacement_for' });
  if (card.replaced_by !== null)
    throw invalidRequest('The card has already been replaced.', { param: 'replacement_for' });
  return card;
}

function walletsFor(holder: Cardholder | undefined): object {
  const isKnown = holder !== undefined && (holder.email !== null || holder.phone_number !== null);
  const wallet = { eligible: isKnown, ineligible_reason: isKnown ? null : 'missing_cardholder_contact' };
  return { apple_pay: wallet, google_pay: wallet, primary_account_identifier: null };
}

/** Numbers count up, with the digit by which a mistyped one is known. */
function nextNumber(stripe: Backend): string {
  const count = stripe.platform.ids.number('issuing.card');
  const digits = ISSUER + String(count).padStart(NUMBER_LENGTH - ISSUER.length - 1, '0');
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return digits + String((10 - (sum % 10)) % 10);
}
