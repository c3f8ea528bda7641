/** What was used before payment methods, and can be used in their place: tokens, sources, and cards of customers. */
import type Stripe from 'stripe';
import { invalidRequest, resourceMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import type { Table } from '../kernel/table';
import { idOf } from '../kernel/objects';
import { cardOf, namedCard, type CardData, type CardSecret } from './cards';

export interface FoundCard {
  readonly card: CardData;
  readonly secret: CardSecret;
  readonly billing?: object;
  /** The customer that it belongs to. */
  readonly customer?: string;
}

/** What is kept beside tokens, sources and cards: for bank accounts their number. */
export interface SourceSecret extends CardSecret {
  readonly account?: string;
  /** What a token for an account or a person says of them. */
  readonly given?: object;
}

export function tokenTable(stripe: Backend): Table<Stripe.Token, SourceSecret> {
  return stripe.table<Stripe.Token, SourceSecret>('token');
}

export function sourceTable(stripe: Backend): Table<Stripe.Source, SourceSecret> {
  return stripe.table<Stripe.Source, SourceSecret>('source');
}

export function cardTable(stripe: Backend): Table<Stripe.Card, SourceSecret> {
  return stripe.table<Stripe.Card, SourceSecret>('card');
}

export function bankAccountTable(stripe: Backend): Table<Stripe.BankAccount, SourceSecret> {
  return stripe.table<Stripe.BankAccount, SourceSecret>('bank_account');
}

/** The card behind a token (which is used up by that), a source or a card of a customer. Throws `resource_missing`. */
export function cardOfSource(stripe: Backend, id: string, param: string): FoundCard {
  const named = namedCard(stripe, id);
  if (named) return found(named);
  if (id.startsWith('tok_')) return found(...useCardToken(stripe, id, param));
  if (id.startsWith('card_')) {
    const shown = cardTable(stripe).get(id, param);
    return { ...found(...restored(shown, cardTable(stripe).hidden(id), shown)), ...customerOf(shown.customer) };
  }
  const source = sourceTable(stripe).get(id, param);
  const { card } = source;
  if (!card) throw resourceMissing('PaymentMethod', id, param);
  const owner = { name: source.owner?.name ?? null, email: source.owner?.email ?? null };
  return {
    ...found(
      ...restored({ ...card, exp_month: card.exp_month!, exp_year: card.exp_year! }, sourceTable(stripe).hidden(id)),
    ),
    billing: { ...owner, ...(source.owner?.address && { address: source.owner.address }) },
    ...customerOf(source.customer),
  };
}

/** Uses a token up and gives its card. Throws for a token that was used before, or that is not for a card. */
function useCardToken(stripe: Backend, id: string, param: string): [CardData, CardSecret, Stripe.Card] {
  const token = useToken(stripe, id, param);
  if (!token.card) throw resourceMissing('token', id, param);
  return restored(token.card, tokenTable(stripe).hidden(id), token.card) as [CardData, CardSecret, Stripe.Card];
}

/** Marks a token as used. Throws `token_already_used`, where no looser rules hold. */
export function useToken(stripe: Backend, id: string, param: string): Stripe.Token {
  const table = tokenTable(stripe);
  const token = table.find(id);
  if (token === undefined) throw resourceMissing('token', id, param);
  if (token.used && !stripe.isLoose) {
    throw invalidRequest(`You cannot use a Stripe token more than once: ${id}.`, { code: 'token_already_used', param });
  }
  return table.update(id, { used: true });
}

/** What a token says of an account or a person, and uses it up. */
export function useDataToken(stripe: Backend, id: string, param: string): Readonly<Record<string, unknown>> {
  useToken(stripe, id, param);
  const { given } = tokenTable(stripe).hidden(id) ?? {};
  if (given === undefined) throw resourceMissing('token', id, param);
  return given as Readonly<Record<string, unknown>>;
}

function restored(
  shown: { readonly exp_month: number; readonly exp_year: number },
  secret: SourceSecret | undefined,
  card?: Stripe.Card,
): [CardData, CardSecret, Stripe.Card | undefined] {
  const number = secret?.number ?? '4242424242424242';
  const hasCvc = secret?.hasCvc ?? false;
  return [cardOf(number, { month: shown.exp_month, year: shown.exp_year, hasCvc }), { ...secret, number }, card];
}

function found(card: CardData, secret?: CardSecret, shown?: Stripe.Card): FoundCard {
  return {
    card,
    secret: secret ?? { number: card.number, hasCvc: card.hasCvc },
    ...(shown && { billing: billingOf(shown) }),
  };
}

function customerOf(customer: string | { readonly id: string } | null | undefined): { customer?: string } {
  const id = idOf(customer);
  return id === undefined ? {} : { customer: id };
}

/** The billing details that a card of the older form has. */
export function billingOf(card: Stripe.Card): object {
  return {
    name: card.name,
    address: {
      city: card.address_city,
      country: card.address_country,
      line1: card.address_line1,
      line2: card.address_line2,
      postal_code: card.address_zip,
      state: card.address_state,
    },
  };
}
