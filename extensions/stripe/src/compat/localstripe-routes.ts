/** `"compat": "localstripe"`: the routes that its documentation tells of. https://github.com/adrienverge/localstripe */
import { HttpError, type RequestContext, type Router } from 'backlot';
import type Stripe from 'stripe';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import type { EndpointSecrets } from '../webhooks/deliver';

/** An endpoint of webhooks as it was registered. */
interface Registration {
  readonly url: string;
  readonly secret: string;
  readonly events: readonly string[];
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
