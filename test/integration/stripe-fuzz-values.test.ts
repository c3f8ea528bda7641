import { join } from 'node:path';
import type Stripe from 'stripe';
import { Random } from '../support/random';
import { REPOSITORY } from '../support/run-platform';
import { COMPLETE_ACCOUNT, startStripe, type RunningStripe } from '../support/stripe';

type ParameterType = string | readonly [string, ...unknown[]];
interface Operation {
  readonly key: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: number;
}

const DIST = join(REPOSITORY, 'extensions', 'stripe', 'dist', 'spec');
const { loadSpec } = jest.requireActual<{ loadSpec: () => { operations: readonly Operation[] } }>(
  join(DIST, 'spec.js'),
);
const { parameterFile } = jest.requireActual<{ parameterFile: () => { types: readonly ParameterType[] } }>(
  join(DIST, 'files.js'),
);

const ROUNDS = 20;
const DEEPEST = 4;
/** How many operations at least have to succeed with something, or the test says little. */
const MOST_OPERATIONS = 300;
const NUMBERS = ['0', '1', '-1', '100', '500', '1000', '2000', '9007199254740991', '-9007199254740991'];
const TEXTS = ['x', 'usd', 'US', 'now', '-', 'ü', '4242'];
/** What a parameter takes, by its name. */
const BY_NAME: readonly (readonly [name: RegExp, texts: readonly string[]])[] = [
  [/currenc/, ['usd', 'eur']],
  [/country/, ['US', 'DE']],
  [/postal_code/, ['94080', '10115']],
  [/email/, ['jenny@example.com']],
  [/url/, ['https://example.com']],
  [/domain/, ['shop.example.com']],
  [/phone/, ['+15555550100']],
  [/^ip$/, ['8.8.8.8']],
  [/ssn_last_4/, ['0000']],
  [/payment_method/, ['pm_card_visa', 'pm_usBankAccount']],
  [/source|token/, ['tok_visa']],
  [/report_type/, ['balance.summary.1']],
];

/** Makes parameters of the right types, with what is there already where an identifier may be meant. */
class Guesser {
  readonly #types = parameterFile().types;
  /** Identifiers by the kind of object: `payment_intent`, `financial_account`. */
  readonly #known = new Map<string, string[]>();

  constructor(readonly random: Random) {}

  /** Remembers what is in an answer for later requests. */
  learn(answer: unknown): void {
    if (typeof answer !== 'object' || answer === null) return;
    const { id, object } = answer as { id?: unknown; object?: unknown };
    if (typeof id === 'string' && typeof object === 'string') {
      const kind = object.split('.').at(-1)!;
      this.#known.set(kind, [...(this.#known.get(kind) ?? []).slice(-20), id]);
    }
    for (const value of Object.values(answer)) this.learn(value);
  }

  /** An identifier for a place: of the kind that its name ends in, or seldom of any. */
  id(name: string): string {
    const kinds = [...this.#known.keys()];
    const fitting = kinds.filter((kind) => name.endsWith(kind)).sort((one, other) => other.length - one.length);
    const kind = this.random.below(12) === 0 ? this.#pick(kinds) : fitting[0];
    return this.#pick(this.#known.get(kind ?? '') ?? []) ?? 'none_1';
  }

  form(operation: Operation): string {
    const fields = new URLSearchParams();
    if (operation.parameters >= 0) this.#fill(fields, operation.parameters, '', 0);
    return fields.toString();
  }

  #fill(fields: URLSearchParams, place: number, at: string, depth: number): void {
    const type = this.#types[place]!;
    const [sort, of, more] = (typeof type === 'string' ? [type] : type) as [string, unknown, unknown];
    if (sort === 'h') {
      const places = more as number[];
      for (const [index, written] of (of as string).split(' ').filter(Boolean).entries()) {
        const name = written.replace(/!$/, '');
        if (name === 'expand' || (!written.endsWith('!') && this.random.below(depth === 0 ? 8 : 3) > 0)) continue;
        if (depth < DEEPEST) this.#fill(fields, places[index]!, at === '' ? name : `${at}[${name}]`, depth + 1);
      }
    } else if (sort === 'a') {
      for (let index = 0; index <= this.random.below(2); index += 1) {
        this.#fill(fields, of as number, `${at}[${index}]`, depth + 1);
      }
    } else if (sort === 'u') this.#fill(fields, this.#pick(of as number[])!, at, depth);
    else if (sort === '?') {
      if (this.random.below(6) === 0) fields.append(at, '');
      else this.#fill(fields, of as number, at, depth);
    } else if (sort === 'r') this.#fill(fields, of as number, `${at}[usd]`, depth + 1);
    else if (sort === 'm') fields.append(`${at}[key]`, 'value');
    else if (sort === 'e') fields.append(at, this.#pick(of as string[])!);
    else fields.append(at, this.#scalar(sort, /(\w+)\]?(\[\d+\])?$/.exec(at)?.[1] ?? ''));
  }

  #scalar(sort: string, name: string): string {
    if (sort === 'b') return this.random.below(2) === 0 ? 'true' : 'false';
    if ('int'.includes(sort)) return this.#pick(NUMBERS)!;
    if (sort === 'd') return this.#pick([...NUMBERS, '0.5'])!;
    const usual = BY_NAME.find(([names]) => names.test(name))?.[1];
    if (usual && this.random.below(3) > 0) return this.#pick(usual)!;
    const id = this.id(name);
    return id === 'none_1' || this.random.below(8) === 0 ? this.#pick(TEXTS)! : id;
  }

  #pick<T>(from: readonly T[]): T | undefined {
    return from[this.random.below(Math.max(1, from.length))];
  }
}

/** What much else needs before it can be made. */
async function somethingOfEach(stripe: Stripe): Promise<object[]> {
  const customer = await stripe.customers.create({ address: { country: 'DE' }, email: 'jenny@example.com' });
  const product = await stripe.products.create({ name: 'Book' });
  const recurring = { interval: 'month' } as const;
  const price = await stripe.prices.create({ currency: 'usd', unit_amount: 1000, product: product.id, recurring });
  const on = { requested: true };
  const account = await stripe.treasury.financialAccounts.create({
    supported_currencies: ['usd'],
    features: {
      financial_addresses: { aba: on },
      inbound_transfers: { ach: on },
      intra_stripe_flows: on,
      outbound_payments: { ach: on },
      outbound_transfers: { ach: on },
    },
  });
  const received = { amount: 100_000, currency: 'usd', financial_account: account.id, network: 'ach' } as const;
  const credit = await stripe.testHelpers.treasury.receivedCredits.create(received);
  const calculation = await stripe.tax.calculations.create({
    currency: 'usd',
    customer: customer.id,
    line_items: [{ amount: 1000 }],
  });
  const method = await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } });
  const authentication = await stripe.threeDSecure.authentications.create({
    channel: { type: 'browser' },
    message_category: 'non_payment_authentication',
    payment_method: method.id,
  });
  const source = await stripe.sources.create({ type: 'ach_debit', currency: 'usd' });
  const connected = await stripe.accounts.create(COMPLETE_ACCOUNT);
  await stripe.charges.create({ amount: 100_000, currency: 'usd', source: 'tok_bypassPending' });
  const transfer = await stripe.transfers.create({ amount: 10_000, currency: 'usd', destination: connected.id });
  return [customer, product, price, account, credit, calculation, method, authentication, source, connected, transfer];
}

describe('every operation of the API, asked with values of the right types', () => {
  let running: RunningStripe;
  beforeAll(async () => {
    running = await startStripe();
  });
  afterAll(() => running.close());

  it('never fails by itself', async () => {
    const guesser = new Guesser(new Random(7));
    for (const made of await somethingOfEach(running.stripe)) guesser.learn(made);
    const wrong: string[] = [];
    const good = new Set<string>();
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const operation of loadSpec().operations) {
        const { key, method, path } = operation;
        const target = path.replaceAll(/\{(\w+)\}/g, (_match, name: string) => guesser.id(name));
        const form = guesser.form(operation);
        const isGet = method !== 'POST';
        const response = await running.platform.fetch(`http://stripe.localhost${target}${isGet ? `?${form}` : ''}`, {
          method,
          headers: { authorization: 'Bearer sk_test_fuzz', 'content-type': 'application/x-www-form-urlencoded' },
          ...(isGet ? {} : { body: form }),
        });
        const text = await response.text();
        if (response.status < 400) good.add(key);
        if (response.status >= 500) wrong.push(`${key} ${target} ${decodeURIComponent(form).slice(0, 300)}`);
        else if (method === 'POST' && response.status < 400) guesser.learn(JSON.parse(text));
      }
    }
    expect(good.size).toBeGreaterThan(MOST_OPERATIONS);
    expect(wrong).toEqual([]);
    expect(running.platform.errors).toEqual([]);
  }, 240_000);
});
