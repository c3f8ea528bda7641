import { join } from 'node:path';
import { HOSTILE, isWellFormed } from '../support/hostile-forms';
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
