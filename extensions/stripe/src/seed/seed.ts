/** `"seed"` in extensions.json: what a state has from the start, as requests of the API would make it. */
import * as v from 'valibot';
import { formOfJson } from '../parameters/json-form';
import type { Backend } from '../kernel/backend';
import type { Dispatcher } from '../kernel/dispatch';
import type { StripeObject } from '../kernel/objects';
import type { EndpointSecrets } from '../webhooks/deliver';
import { EmulateSeed, fromEmulate } from './emulate-seed';

/** The parameters of objects by the path below `/v1` that makes them, in the order in which they are made. */
const Requests = v.record(v.string(), v.array(v.record(v.string(), v.unknown())));

/** A file: `{ "products": [{ "id": "prod_pro", "name": "Pro" }] }`, or the file of Vercel's emulate. */
export const Seed = v.union([v.looseObject({ stripe: EmulateSeed }), Requests]);

export type SeedData = v.InferOutput<typeof Seed>;
export type SeedRequests = v.InferOutput<typeof Requests>;

const HEADERS: Readonly<Record<string, string>> = {
  authorization: 'Bearer sk_test_seed',
  'content-type': 'application/x-www-form-urlencoded',
};

/** Makes everything that a seed names. Throws for what the API refuses, with where it stands in the seed. */
export function fill(stripe: Backend, dispatcher: Dispatcher, seed: SeedData): void {
  const requests = isOfEmulate(seed) ? fromEmulate(seed.stripe, () => stripe.newId('product')) : seed;
  for (const [path, items] of Object.entries(requests)) {
    for (const [index, item] of items.entries()) {
      try {
        make(stripe, dispatcher, path, item);
      } catch (error) {
        throw new Error(`${path}[${index}]: ${(error as Error).message}`, { cause: error });
      }
    }
  }
}

function isOfEmulate(seed: SeedData): seed is { readonly stripe: EmulateSeed } {
  return !Array.isArray(seed['stripe']) && seed['stripe'] !== undefined;
}

function make(stripe: Backend, dispatcher: Dispatcher, path: string, item: Readonly<Record<string, unknown>>): void {
  const { secret, ...params } = item;
  const isEndpoint = path === 'webhook_endpoints' && typeof secret === 'string';
  const reply = dispatcher.handle({
    method: 'POST',
    path: `/v1/${path}`,
    query: '',
    base: stripe.platform.webUrl,
    header: (name) => HEADERS[name],
    body: formOfJson(JSON.stringify(isEndpoint ? params : item)),
    files: [],
  });
  if (reply instanceof Promise) {
    throw new Error(
      'an application would have to decide about it, and none is asked while a state begins: name its endpoint later',
    );
  }
  const { status, body } = reply;
  const answer = JSON.parse(String(body)) as { readonly id: string; readonly error?: { readonly message: string } };
  if (status !== 200) throw new Error(answer.error?.message ?? `the API answers ${status}`);
  if (!isEndpoint) return;
  // An application has the secret in its configuration before the endpoint is there.
  const endpoints = stripe.table<StripeObject, EndpointSecrets>('webhook_endpoint');
  endpoints.hide(answer.id, { ...endpoints.hidden(answer.id)!, secret });
}
