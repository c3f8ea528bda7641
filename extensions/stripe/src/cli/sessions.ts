import { createHash } from 'node:crypto';
import type { DefineModule } from '../kernel/module';
import { loadSpec } from '../spec/spec';
import { defaultVersion } from '../versions/versions';

/** How long the command line keeps one connection, in seconds. It opens the next one by itself. */
const RECONNECT_SECONDS = 60 * 60;

/** What the official command line asks for before it listens: `stripe listen` and `stripe logs tail`. */
export const commandLineSessions: DefineModule = (stripe) => ({
  operations: {
    'POST /v1/stripecli/sessions': ({ key, params }) => {
      const features = [params['websocket_features'] ?? 'webhooks'].flat() as string[];
      const id = stripe.platform.ids.next('cliws');
      stripe.commandLines.admit({
        id,
        secret: listeningSecret(key.value),
        features,
        filters: readFilters(params['filters']),
      });
      return {
        default_version: defaultVersion(stripe.config),
        display_connect_filter_warning: false,
        latest_version: loadSpec().version,
        reconnect_delay: RECONNECT_SECONDS,
        secret: listeningSecret(key.value),
        websocket_authorized_feature: features[0],
        websocket_id: id,
        websocket_url: `${(stripe.scope.base ?? stripe.platform.webUrl).replace(/^http/, 'ws')}/v1/stripecli/subscribe`,
      };
    },
  },
});

/** The same for each key, also after a restart, so that it can stand in the settings of an application. */
function listeningSecret(key: string): string {
  return `whsec_${createHash('sha256').update(`stripe listen ${key}`).digest('hex')}`;
}

/** What `stripe logs tail` leaves out, as it writes it: lists by the name of a filter. */
function readFilters(text: unknown): Readonly<Record<string, readonly string[]>> {
  if (typeof text !== 'string') return {};
  try {
    const filters = JSON.parse(text) as unknown;
    return typeof filters === 'object' && filters !== null ? (filters as Record<string, string[]>) : {};
  } catch {
    // Filters that cannot be read filter nothing.
    return {};
  }
}
