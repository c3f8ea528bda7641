import { validateHeaderName, validateHeaderValue } from 'node:http';
import { BacklotError } from '../../api/errors';
import type { WebhookEndpoint, WebhookOptions } from '../../api/webhooks';
import type { DeliveryRecord } from './delivery-record';

const MOST_BYTES = 10 * 1024 * 1024;
/** Set by the request itself. */
const OWN_HEADERS = ['content-length', 'transfer-encoding', 'connection'];

type Checked = Pick<
  DeliveryRecord,
  'url' | 'headers' | 'contentType' | 'secret' | 'body' | 'encoding' | 'retries' | 'timeout'
>;

/** What is to be sent, as data. Throws BACKLOT_E_WEBHOOK_INVALID. */
export function checkWebhook(endpoint: WebhookEndpoint, payload: unknown, options: WebhookOptions): Checked {
  checkOptions(options);
  const url = checkUrl(endpoint.url);
  const headers = checkHeaders(endpoint.headers ?? {});
  const { secret } = endpoint;
  if (secret !== undefined && typeof secret !== 'string') throw invalid('the secret of a webhook is not a string');
  const { type, ...content } = write(payload);
  const { retries, timeout } = options;
  return {
    ...{ url, headers, ...content },
    contentType: headers['content-type'] ?? type,
    ...(secret === undefined ? {} : { secret }),
    ...(retries === undefined ? {} : { retries: [...retries] }),
    ...(timeout === undefined ? {} : { timeout }),
  };
}

/** Throws BACKLOT_E_WEBHOOK_INVALID for options that cannot be. */
export function checkOptions({ retries, timeout }: WebhookOptions): void {
  if (timeout !== undefined && !(Number.isInteger(timeout) && timeout > 0 && timeout < 2 ** 31)) {
    throw invalid(`the timeout of a webhook is a number of milliseconds above 0, and not ${String(timeout)}`);
  }
  if (retries === undefined) return;
  if (Array.isArray(retries) && retries.every((wait) => Number.isInteger(wait) && wait >= 0)) return;
  throw invalid('the retries of a webhook are a list of whole milliseconds, 0 or more each');
}

function checkUrl(given: unknown): string {
  let url: URL | undefined;
  try {
    url = new URL(String(given));
  } catch {
    // Said below.
  }
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw invalid(`a webhook cannot be sent to ${JSON.stringify(given)}, which is not a web address`);
  }
  url.hash = '';
  return url.href;
}

function checkHeaders(given: Readonly<Record<string, string>>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch (cause) {
      throw invalid(`the header ${JSON.stringify(name)} of a webhook cannot be sent`, cause);
    }
    const lower = name.toLowerCase();
    if (OWN_HEADERS.includes(lower)) throw invalid(`a webhook may not have the header ${lower} from its endpoint`);
    headers[lower] = String(value);
  }
  return headers;
}

function write(payload: unknown): Pick<DeliveryRecord, 'body' | 'encoding'> & { type: string } {
  const content = encode(payload);
  const length = Buffer.byteLength(content.body, content.encoding);
  if (length <= MOST_BYTES) return content;
  throw invalid(`a webhook has at most ${MOST_BYTES} bytes, and not ${length}`);
}

function encode(payload: unknown): Pick<DeliveryRecord, 'body' | 'encoding'> & { type: string } {
  if (typeof payload === 'string') return { body: payload, encoding: 'utf8', type: 'text/plain; charset=utf-8' };
  if (payload instanceof Uint8Array) {
    const body = Buffer.from(payload).toString('base64');
    return { body, encoding: 'base64', type: 'application/octet-stream' };
  }
  return { body: json(payload), encoding: 'utf8', type: 'application/json' };
}

function json(payload: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(payload);
  } catch (cause) {
    throw invalid('the payload of a webhook cannot be written as JSON', cause);
  }
  if (text === undefined) throw invalid(`the payload of a webhook is ${typeof payload}, which JSON does not have`);
  return text;
}

function invalid(message: string, cause?: unknown): BacklotError {
  return new BacklotError('BACKLOT_E_WEBHOOK_INVALID', message, cause === undefined ? {} : { cause });
}
