/** `"compat": "localstripe"`: what the documentation of localstripe tells its users. https://github.com/adrienverge/localstripe */
import { HttpError, type RequestContext, type Router } from 'backlot';
import type Stripe from 'stripe';
import { StripeError } from '../errors';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import type { Raw, RawHash } from '../parameters/form';
import { validate, type Params, type ValidateOptions } from '../parameters/validate';
import type { Operation } from '../spec/spec';
import type { EndpointSecrets } from '../webhooks/deliver';

/** Objects had the shape of this version: `account_balance` of customers, `name` of plans. */
export const LOCALSTRIPE_VERSION = '2018-01-23';

/** An endpoint of webhooks as it was registered. */
interface Registration {
  readonly url: string;
  readonly secret: string;
  readonly events: readonly string[];
}

/** More unknown parameters than this are refused. */
const MOST_UNKNOWN = 100;

/** Checks parameters, but passes over those that nobody knows. */
export function validateLoosely(operation: Operation, raw: RawHash, options: ValidateOptions): Params {
  const given = structuredClone({ ...raw });
  for (let count = 0; count < MOST_UNKNOWN; count += 1) {
    try {
      return validate(operation, given, options);
    } catch (error) {
      const unknown = error instanceof StripeError && error.fields.code === 'parameter_unknown';
      if (!unknown || !drop(given, error.fields.param ?? '')) throw error;
    }
  }
  return validate(operation, given, options);
}

/** Takes a parameter out: `card[number]`. */
function drop(raw: RawHash, param: string): boolean {
  const names = param.replaceAll(']', '').split('[');
  let place: Raw | undefined = raw;
  for (const name of names.slice(0, -1)) {
    place = typeof place === 'object' ? (place as RawHash)[name] : undefined;
  }
  const last = names.at(-1)!;
  if (typeof place !== 'object' || !(last in place)) return false;
  return delete (place as RawHash)[last];
}

/** Adds the routes that localstripe has besides the API. `script` serves the stand-in for Stripe.js. */
export function serveLocalstripe(router: Router, stripe: Backend, script: (context: RequestContext) => Buffer): void {
  const registrations = stripe.state.collection<Registration>('localstripe_webhooks');
  router.post('/_config/webhooks/:id', async (context) => {
    const registration = readRegistration(await readFields(context));
    const id = String(context.params['id']);
    stripe.step({ account: PLATFORM_ACCOUNT, clock: null }, () => {
      registrations.put(id, registration);
      register(stripe, id, registration);
    });
    return '';
  });
  router.delete('/_config/data', async ({ request }) => {
    const kept = [...registrations.entries()];
    const sandbox = request.headers['x-backlot-sandbox'];
    const headers = {
      'content-type': 'application/json',
      ...(typeof sandbox === 'string' && { 'x-backlot-sandbox': sandbox }),
    };
    // The platform is where this request came in, whatever names it has.
    const platform = `http://127.0.0.1:${request.socket.localPort}`;
    const post = async (path: string, body: object): Promise<void> => {
      const answer = await fetch(platform + path, { method: 'POST', headers, body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    };
    await post('/_backlot/state/reset', { extensions: ['stripe'] });
    // Who listens is no data: it is told again, by requests that began after the reset.
    for (const [id, registration] of kept) {
      await post(`/stripe/_config/webhooks/${encodeURIComponent(String(id))}`, registration);
    }
    return '';
  });
  for (const path of ['/js.stripe.com/v3', '/js.stripe.com/v3/']) router.get(path, script);
}

async function readFields(context: RequestContext): Promise<Record<string, unknown>> {
  if (/json/.test(context.request.headers['content-type'] ?? '')) return context.body.json<Record<string, unknown>>();
  const { fields } = await context.body.form();
  const events = [...fields].filter(([name]) => /^events(\[\d*\])?$/.test(name)).map(([, value]) => value);
  return { url: fields.get('url'), secret: fields.get('secret'), ...(events.length > 0 && { events }) };
}

function readRegistration({ url, secret, events }: Record<string, unknown>): Registration {
  if (typeof url !== 'string' || !URL.canParse(url)) throw new HttpError(400, 'url has to be the URL of an endpoint');
  if (typeof secret !== 'string' || secret === '') throw new HttpError(400, 'secret has to be a text');
  if (events === undefined) return { url, secret, events: ['*'] };
  if (!Array.isArray(events)) throw new HttpError(400, 'events has to be a list of types of events');
  return { url, secret, events: events.map(String) };
}

function register(stripe: Backend, name: string, { url, secret, events }: Registration): void {
  const table = stripe.table<Stripe.WebhookEndpoint, EndpointSecrets>('webhook_endpoint');
  const id = `we_localstripe_${name}`;
  table.remove(id);
  table.insert(
    {
      id,
      object: 'webhook_endpoint',
      api_version: null,
      application: null,
      created: stripe.now(),
      description: null,
      enabled_events: [...events],
      livemode: false,
      metadata: {},
      status: 'enabled',
      url,
    },
    { secret, connect: false },
  );
}
