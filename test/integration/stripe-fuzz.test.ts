import { join } from 'node:path';
import { startStripe, type RunningStripe } from '../support/stripe';
import { REPOSITORY } from '../support/run-platform';

interface Operation {
  readonly key: string;
  readonly method: string;
  readonly path: string;
}

const { loadSpec } = jest.requireActual<{ loadSpec: () => { operations: readonly Operation[] } }>(
  join(REPOSITORY, 'extensions', 'stripe', 'dist', 'spec', 'spec.js'),
);

/** What no client should send, as the body of a form. */
const HOSTILE: readonly string[] = [
  'nonsense',
  '=&=&&',
  '%',
  '%E0%A4%A=%ZZ',
  '[]=1',
  'a[=1',
  'a]=1',
  'a[b=1&a[c]]=2',
  'unknown=1&other=2',
  '__proto__[polluted]=1',
  'constructor[prototype][polluted]=1',
  'metadata[__proto__]=1&metadata=1',
  'metadata[]=1',
  `metadata[${'k'.repeat(200)}]=1`,
  `metadata[k]=${'v'.repeat(6000)}`,
  'expand=1',
  'expand[]=no.such.field.at.all.here',
  'expand[]=__proto__',
  `expand[a]${'[b]'.repeat(40)}=1`,
  'amount=-99999999999999999999&currency=usd',
  'amount=1e9&currency=usd',
  'amount=NaN&currency=usd',
  'amount[a]=1&currency[]=usd',
  'amount=9007199254740993&currency=usd',
  'currency=%00&amount=1',
  'customer=&amount=&currency=',
  'customer=cus_none&amount=100&currency=usd&confirm=true&payment_method=pm_none',
  'customer=../../etc&source=tok_none&payment_method=pm_card_none',
  'limit=0',
  'limit=abc&starting_after=x&ending_before=y',
  'starting_after=none',
  'created[gt]=abc',
  'created=999999999999999999999',
  'items[0][price]=price_none&customer=cus_none',
  'items[999999999][price]=x',
  'items=1&lines[]=2',
  'email=%F0%9F%92%A9&name=%F0%9F%92%A9',
  `description=${'x'.repeat(20_000)}`,
  `${'a'.repeat(5000)}=1`,
  Array.from({ length: 2000 }, (_, n) => `k${n}=${n}`).join('&'),
];

const LONGEST_QUERY = 8 * 1024;

describe('every operation of the API, asked badly', () => {
  let running: RunningStripe;
  beforeAll(async () => {
    running = await startStripe();
  });
  afterAll(() => running.close());

  async function send(method: string, path: string, form: string): Promise<{ status: number; text: string }> {
    const isGet = method !== 'POST';
    const target = `http://stripe.localhost${path}${isGet ? `?${form.replaceAll('#', '')}` : ''}`;
    const response = await running.platform.fetch(target, {
      method,
      headers: { authorization: 'Bearer sk_test_fuzz', 'content-type': 'application/x-www-form-urlencoded' },
      ...(isGet ? {} : { body: form }),
    });
    return { status: response.status, text: await response.text() };
  }

  it('never fails by itself, and answers with well-formed errors of Stripe', async () => {
    const wrong: string[] = [];
    for (const { key, method, path } of loadSpec().operations) {
      const target = path.replaceAll(/\{\w+\}/g, 'none_1');
      await Promise.all(
        // A line of a request is limited by the gateway before the extension sees it.
        HOSTILE.filter((form) => method === 'POST' || form.length < LONGEST_QUERY).map(async (form) => {
          const { status, text } = await send(method, target, form);
          if (status >= 500 || !isWellFormed(status, text))
            wrong.push(`${key} ${form.slice(0, 80)}: ${status} ${text.slice(0, 200)}`);
        }),
      );
    }
    expect(wrong).toEqual([]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(running.platform.errors).toEqual([]);
  }, 240_000);

  it('changes nothing by a request that it refuses', async () => {
    const newest = async (): Promise<string> => {
      const events = await running.stripe.events.list({ limit: 1 });
      return events.data[0]?.id ?? 'none';
    };
    const changed: string[] = [];
    let before = await newest();
    for (const { key, method, path } of loadSpec().operations.filter((each) => each.method !== 'GET')) {
      const target = path.replaceAll(/\{\w+\}/g, 'none_1');
      const { status } = await send(method, target, 'no_such_parameter=1&amount=100&currency=usd&name=x');
      if (status < 400) changed.push(`${key} was not refused`);
      const after = await newest();
      if (after !== before) changed.push(key);
      before = after;
    }
    expect(changed).toEqual([]);
  }, 60_000);
});

/** JSON in either case; an error with its type and a message. */
function isWellFormed(status: number, text: string): boolean {
  try {
    const answer = JSON.parse(text) as { error?: { type?: unknown; message?: unknown } };
    if (status < 400) return answer.error === undefined;
    const { type, message } = answer.error ?? {};
    return typeof type === 'string' && typeof message === 'string' && message !== '';
  } catch {
    return false;
  }
}
