import type Stripe from 'stripe';
import { invalidRequest, parameterMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { blank } from '../spec/shapes';
import { newBankAccount, newCard, uncheckedCard } from '../payments/card-objects';
import { tokenTable, type SourceSecret } from '../payments/card-source';
import { namedCard, readCard, type CardParams } from '../payments/cards';

interface TokenParams {
  readonly card?: CardParams & Readonly<Record<string, unknown>>;
  readonly bank_account?: Readonly<Record<string, string>>;
  readonly account?: object;
  readonly person?: object;
  readonly pii?: object;
  readonly cvc_update?: object;
}

/** Makes a token. Throws a card error for a card with wrong data. */
export function createToken(stripe: Backend, params: TokenParams): Stripe.Token {
  const { card, bank_account: account } = params;
  if (card !== undefined && account !== undefined) {
    throw invalidRequest('You may only specify one of these parameters: bank_account, card.');
  }
  if (card !== undefined) {
    const read = readCard(stripe, card);
    const secret = { number: read.number, hasCvc: read.hasCvc };
    return insert(stripe, 'card', { card: uncheckedCard(newCard(stripe, read, card)) }, secret);
  }
  if (account !== undefined) {
    const made = newBankAccount(stripe, account);
    return insert(stripe, 'bank_account', { bank_account: made }, { account: account['account_number'] ?? '' });
  }
  const type = (['account', 'person', 'pii', 'cvc_update'] as const).find((name) => params[name] !== undefined);
  if (type === undefined) throw parameterMissing('card');
  const given = params[type];
  return insert(stripe, type, {}, given === undefined ? {} : { given });
}

function insert(stripe: Backend, type: string, content: object, secret: SourceSecret): Stripe.Token {
  const prefix: Readonly<Record<string, string>> = {
    bank_account: 'btok',
    account: 'ct',
    person: 'cpt',
    pii: 'pii',
    cvc_update: 'cvctok',
  };
  const token = {
    ...blank('token'),
    id: stripe.platform.ids.next(prefix[type] ?? 'tok', 24),
    ...content,
    client_ip: '127.0.0.1',
    created: stripe.now(),
    livemode: false,
    type,
    used: false,
  } as unknown as Stripe.Token;
  return tokenTable(stripe).insert(token, secret);
}

/** https://docs.stripe.com/api/tokens */
export const tokens: DefineModule = (stripe) => ({
  operations: {
    'POST /v1/tokens': ({ params }) => createToken(stripe, params),
    'GET /v1/tokens/{id}': ({ path }) => {
      const id = path['id']!;
      const named = namedCard(stripe, id);
      if (named === undefined) return tokenTable(stripe).get(id);
      return {
        ...blank('token'),
        id,
        card: newCard(stripe, named, {}),
        client_ip: null,
        created: stripe.now(),
        type: 'card',
        used: false,
      };
    },
  },
});
