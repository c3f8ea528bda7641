/** What a card may be used for: https://docs.stripe.com/issuing/controls/spending-controls. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { DAY } from '../payments/charging';
import { decimalsOf } from '../payments/money';
import { heldBy } from './holds';
import { authorizationTable, cardTable, transactionTable, type Authorization, type Card } from './tables';

type Controls = Card['spending_controls'];
type Limit = NonNullable<Controls['spending_limits']>[number];
type GivenControls = Stripe.Issuing.CardCreateParams['spending_controls'];

/** Of what a list allows, nothing else can be blocked. */
const PAIRS = [
  ['allowed_categories', 'blocked_categories'],
  ['allowed_card_presences', 'blocked_card_presences'],
  ['allowed_merchant_countries', 'blocked_merchant_countries'],
] as const;

/** What a new card can spend a day when nobody says otherwise, in units of its currency. */
const USUAL_DAY = 500;
/** What no authorization exceeds, unless a limit for each authorization is set. */
const USUAL_AUTHORIZATION = 10_000;

function unitsOf(amount: number, currency: string): number {
  return amount * 10 ** decimalsOf(currency);
}

/** The controls of a card or cardholder with those that were given. Throws where a list allows and another one blocks. */
export function controlsOf(
  given: GivenControls,
  { currency, before, isCard }: { currency: string | null; before?: Controls | null | undefined; isCard: boolean },
): Controls {
  for (const [allowed, blocked] of PAIRS) {
    if (given?.[allowed]?.length && given[blocked]?.length) {
      throw invalidRequest(`You cannot set both ${allowed} and ${blocked}.`, {
        param: `spending_controls[${blocked}]`,
      });
    }
  }
  for (const [index, { amount }] of (given?.spending_limits ?? []).entries()) {
    if (amount < 0) {
      throw invalidRequest('This value must be greater than or equal to 0.', {
        code: 'parameter_invalid_integer',
        param: `spending_controls[spending_limits][${index}][amount]`,
      });
    }
  }
  const none = isCard ? null : [];
  const usual: Limit[] =
    isCard && currency !== null ? [{ amount: unitsOf(USUAL_DAY, currency), categories: [], interval: 'daily' }] : [];
  const limits = given?.spending_limits?.map((limit) => ({ ...limit, categories: limit.categories ?? [] }));
  return {
    allowed_card_presences: none,
    allowed_categories: none,
    allowed_merchant_countries: none,
    blocked_card_presences: none,
    blocked_categories: none,
    blocked_merchant_countries: none,
    spending_limits_currency: currency,
    ...before,
    ...given,
    spending_limits: limits ?? before?.spending_limits ?? usual,
  };
}

/** Whether the controls of a card and its cardholder let an authorization have so much more. */
export function allowsSpending(stripe: Backend, authorization: Authorization, amount: number): boolean {
  const card = cardTable(stripe).get(authorization.card.id);
  const holder = card.cardholder;
  const { spending_controls: ofCard } = card;
  const isUsual = !ofCard.spending_limits?.some(({ interval }) => interval === 'per_authorization');
  const most = isUsual ? unitsOf(USUAL_AUTHORIZATION, authorization.currency) : Infinity;
  if (authorization.amount + amount > most) return false;
  return (
    allows(stripe, ofCard, chainOf(stripe, card), authorization, amount) &&
    (!holder?.spending_controls ||
      allows(stripe, holder.spending_controls, cardsOf(stripe, holder.id), authorization, amount))
  );
}

function allows(
  stripe: Backend,
  controls: Controls,
  cards: readonly string[],
  authorization: Authorization,
  amount: number,
): boolean {
  const { category, country } = authorization.merchant_data;
  const presence = authorization.card_presence;
  return (
    isLetThrough(category, controls.allowed_categories, controls.blocked_categories) &&
    isLetThrough(country, controls.allowed_merchant_countries, controls.blocked_merchant_countries) &&
    isLetThrough(presence, controls.allowed_card_presences, controls.blocked_card_presences) &&
    (controls.spending_limits ?? []).every((limit) => {
      if (!isFor(limit, category)) return true;
      if (limit.interval === 'per_authorization') return authorization.amount + amount <= limit.amount;
      return spentIn(stripe, cards, limit) + amount <= limit.amount;
    })
  );
}

function isLetThrough(
  value: string | null,
  allowed: readonly string[] | null,
  blocked: readonly string[] | null,
): boolean {
  if (allowed?.length) return value !== null && allowed.includes(value);
  return value === null || !(blocked ?? []).includes(value);
}

function isFor({ categories }: Limit, category: string): boolean {
  return !categories?.length || (categories as readonly string[]).includes(category);
}

/** What was spent since the interval of a limit began: what is held, and what was captured and not given back. */
function spentIn(stripe: Backend, cards: readonly string[], limit: Limit): number {
  const from = startOf(limit.interval, stripe.now());
  let sum = 0;
  for (const card of cards) {
    for (const each of since(authorizationTable(stripe).values({ by: { card } }), from))
      if (isFor(limit, each.merchant_data.category)) sum += heldBy(each);
    for (const each of since(transactionTable(stripe).values({ by: { card } }), from))
      if (isFor(limit, each.merchant_data.category)) sum -= each.amount;
  }
  return sum;
}

/** Those that were made from a time on, of what comes newest first. */
function* since<T extends { readonly created: number }>(newestFirst: Iterable<T>, from: number): Generator<T> {
  for (const each of newestFirst) {
    if (each.created < from) return;
    yield each;
  }
}

/** When the interval that a time is in began, by UTC. */
function startOf(interval: Limit['interval'], time: number): number {
  const date = new Date(time * 1000);
  const day = Math.floor(time / DAY) * DAY;
  if (interval === 'daily') return day;
  if (interval === 'weekly') return day - date.getUTCDay() * DAY;
  if (interval === 'monthly') return Date.UTC(date.getUTCFullYear(), date.getUTCMonth()) / 1000;
  if (interval === 'yearly') return Date.UTC(date.getUTCFullYear(), 0) / 1000;
  return 0;
}

/** A card and those that it replaces: a replacement goes on with what they spent. */
function chainOf(stripe: Backend, card: Card): string[] {
  const chain = [card.id];
  for (let next = idOf(card.replacement_for); next !== undefined && !chain.includes(next);) {
    chain.push(next);
    next = idOf(cardTable(stripe).find(next)?.replacement_for);
  }
  return chain;
}

function cardsOf(stripe: Backend, cardholder: string): string[] {
  return [...cardTable(stripe).values({ by: { cardholder } })].map(({ id }) => id);
}
