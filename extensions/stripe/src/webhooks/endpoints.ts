import type Stripe from 'stripe';
import { APPLICATION } from '../connect/fees';
import { invalidRequest } from '../errors';
import { mergeMetadata } from '../kernel/metadata';
import { checkLimit } from '../kernel/limits';
import type { DefineModule } from '../kernel/module';
import { elementValues, notOneOf } from '../parameters/validate';
import type { Operation } from '../spec/spec';
import { checkVersion } from '../versions/versions';
import type { EndpointSecrets } from './deliver';
import { isFormerType } from './event-types';
import { isHttpUrl } from './http-url';

const SECRET_LENGTH = 32;

/** https://docs.stripe.com/api/webhook_endpoints */
export const webhookEndpoints: DefineModule = (stripe) => {
  const table = stripe.table<Stripe.WebhookEndpoint, EndpointSecrets>('webhook_endpoint');
  return {
    operations: {
      'POST /v1/webhook_endpoints': ({ operation, params }) => {
        const given = params as unknown as Stripe.WebhookEndpointCreateParams;
        const { api_version: version = stripe.scope.version } = given;
        checkLimit(stripe, 'test webhook endpoints', () => table.count());
        const endpoint: Stripe.WebhookEndpoint = {
          id: stripe.newId('webhook_endpoint'),
          object: 'webhook_endpoint',
          api_version: given.api_version === undefined ? null : checkVersion(given.api_version),
          application: given.connect === true ? APPLICATION : null,
          created: stripe.now(),
          description: given.description === undefined || given.description === '' ? null : given.description,
          enabled_events: checkEvents(operation, given.enabled_events, version),
          livemode: false,
          metadata: mergeMetadata(undefined, given.metadata),
          status: 'enabled',
          url: checkUrl(given.url),
        };
        const secret = `whsec_${stripe.secret(SECRET_LENGTH)}`;
        table.insert(endpoint, { secret, connect: given.connect ?? false });
        return { ...endpoint, secret };
      },
      'GET /v1/webhook_endpoints': ({ params, url }) => table.page(url, params),
      'GET /v1/webhook_endpoints/{id}': ({ path }) => table.get(path['id']!),
      'POST /v1/webhook_endpoints/{id}': ({ operation, path, params }) => {
        const given = params as Stripe.WebhookEndpointUpdateParams;
        const before = table.get(path['id']!);
        return table.update(before.id, {
          ...(given.description !== undefined && { description: given.description === '' ? null : given.description }),
          ...(given.enabled_events && {
            enabled_events: checkEvents(operation, given.enabled_events, before.api_version ?? stripe.scope.version),
          }),
          ...(given.metadata !== undefined && { metadata: mergeMetadata(before.metadata, given.metadata) }),
          ...(given.disabled !== undefined && { status: given.disabled ? 'disabled' : 'enabled' }),
          ...(given.url !== undefined && { url: checkUrl(given.url) }),
        });
      },
      'DELETE /v1/webhook_endpoints/{id}': ({ path }) => {
        const { id, url } = table.get(path['id']!);
        const { secret } = table.hidden(id)!;
        table.remove(id);
        stripe.platform.webhooks.drop({ url, secret });
        return { id, object: 'webhook_endpoint', deleted: true };
      },
    },
  };
};

function checkUrl(url: string): string {
  if (isHttpUrl(url)) return url;
  throw invalidRequest(
    /^[a-z][a-z+.-]*:\/\//i.test(url)
      ? 'Invalid URL: URL must be publicly accessible over http or https.'
      : 'Invalid URL: An explicit scheme (such as https) must be provided.',
    { code: 'url_invalid', param: 'url' },
  );
}

/** The types of events that an endpoint is for: those of today, and of its version. */
function checkEvents<T extends string>(operation: Operation, events: readonly T[], version = ''): T[] {
  if (!isList(events)) throw invalidRequest('Invalid array', { param: 'enabled_events' });
  const known = elementValues(operation, 'enabled_events');
  const wrong = events.findIndex((each) => !known.includes(each) && !isFormerType(each, version));
  if (wrong >= 0) throw notOneOf(known, `enabled_events[${wrong}]`);
  if (events.length > 1 && events.some((each) => (each as string) === '*')) {
    throw invalidRequest('You may not specify other event types when enabling all of them by `*`.', {
      param: 'enabled_events',
    });
  }
  return [...new Set(events)];
}

/** Nobody has looked at the form of what the operation looks at itself. */
function isList(value: unknown): boolean {
  return Array.isArray(value);
}
