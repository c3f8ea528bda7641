import { setMaxListeners } from 'node:events';
import { BacklotError } from '../../api/errors';
import type {
  Delivery,
  DeliveryAttempt,
  DeliveryFilter,
  Drained,
  WebhookAttempt,
  WebhookEndpoint,
  WebhookOptions,
  WebhookSettings,
} from '../../api/webhooks';
import type { WorldClock } from '../clock/world-clock';
import { checkWebhook } from './check-webhook';
import { bodyOf, toDelivery, type DeliveryRecord } from './delivery-record';
import { Destination } from './destination';
import type { OutboxStore } from './outbox-store';
import { post } from './post';
import { standardSignature } from './standard-signature';

const RETRIES_MS = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000];
const TIMEOUT_MS = 10_000;
/** So many attempts of a delivery are kept. */
const KEPT_ATTEMPTS = 20;

export interface WorldOutboxOptions {
  readonly extension: string;
  readonly store: OutboxStore;
  readonly clock: WorldClock;
  /** Makes the identifier of a delivery. */
  readonly newId: () => string;
  /** How the extension wants its deliveries, as of now; its signer runs as the extension’s and in the world. */
  readonly settings: () => WebhookSettings;
  /** Is told, in words for people, that a delivery was given up. */
  readonly warn: (message: string) => void;
  /** Is told what went wrong with the outbox itself. */
  readonly report: (thrown: unknown) => void;
  /** Is given each attempt, and the signal that is aborted when the outbox has ended. */
  readonly track: (attempt: Promise<unknown>, end: AbortSignal) => void;
  /** Each ends all of it when it is aborted: nothing is written or sent any more. */
  readonly ends: readonly AbortSignal[];
}

/** The outbox of one extension in one epoch of a world. */
export class WorldOutbox {
  readonly #options: WorldOutboxOptions;
  readonly #destinations = new Map<string, Destination>();
  readonly #end = new AbortController();
  /** The identifiers of those that were given up since somebody drained it. */
  readonly #givenUp = new Set<string>();
  #drains: (() => void)[] = [];

  constructor(options: WorldOutboxOptions) {
    this.#options = options;
    // Each attempt that is under way listens to it.
    setMaxListeners(0, this.#end.signal);
    const end = (): void => {
      for (const each of options.ends) each.removeEventListener('abort', end);
      this.#end.abort();
      for (const destination of this.#destinations.values()) destination.end();
      this.#noteIdle();
    };
    for (const each of options.ends) each.addEventListener('abort', end);
    if (options.ends.some(({ aborted }) => aborted)) end();
  }

  /** See {@link Webhooks.send}. */
  send(endpoint: WebhookEndpoint, payload: unknown, options: WebhookOptions = {}): Delivery {
    const { store, clock, newId } = this.#options;
    const checked = checkWebhook(endpoint, payload, options);
    const record = store.add({
      ...checked,
      id: newId(),
      state: 'pending',
      created: clock.now(),
      failures: 0,
      due: clock.ticks(),
      attempts: [],
    });
    this.#destination(record.url).wake();
    return toDelivery(record, clock);
  }

  /** See {@link Webhooks.list}. */
  list({ url, state }: DeliveryFilter = {}): Delivery[] {
    const { store, clock } = this.#options;
    const deliveries: Delivery[] = [];
    for (const record of store.all()) {
      if (url !== undefined && record.url !== url) continue;
      if (state === undefined || record.state === state) deliveries.push(toDelivery(record, clock));
    }
    return deliveries;
  }

  get(id: string): Delivery | undefined {
    const record = this.#options.store.get(id);
    return record && toDelivery(record, this.#options.clock);
  }

  /** See {@link Webhooks.resend}. */
  resend(id: string): Delivery {
    const { extension, store, clock } = this.#options;
    const found = store.get(id);
    if (!found) {
      const message = `the outbox of ${extension} has no delivery ${JSON.stringify(id)}`;
      throw new BacklotError('BACKLOT_E_WEBHOOK_NOT_FOUND', message, { where: { extension } });
    }
    const due = { ...found, due: clock.ticks() };
    let sent: DeliveryRecord = due;
    if (found.state === 'pending') store.save(due);
    else sent = store.requeue({ ...due, failures: 0 });
    this.#givenUp.delete(id);
    this.#destination(sent.url).wake();
    return toDelivery(sent, clock);
  }

  /** See {@link Webhooks.drop}. */
  drop(endpoint: Pick<WebhookEndpoint, 'url' | 'secret'>): void {
    const { store } = this.#options;
    const { url, secret } = checkWebhook(endpoint, '', {});
    for (const record of store.pending()) {
      if (record.url === url && record.secret === secret) store.save({ ...record, state: 'dropped' });
    }
    this.#destination(url).wake();
  }

  /** See {@link Webhooks.drain}. */
  async drain(): Promise<Drained> {
    while (this.#isBusy) await new Promise<void>((resolve) => this.#drains.push(resolve));
    if (this.#end.signal.aborted) return { failed: [], waiting: [] };
    const { store, clock } = this.#options;
    const failed = [...this.#givenUp].map((id) => store.get(id)).filter((record) => record !== undefined);
    this.#givenUp.clear();
    const show = (record: DeliveryRecord): Delivery => toDelivery(record, clock);
    return { failed: failed.map(show), waiting: store.pending().map(show) };
  }

  /** Goes on with what a world had pending when its platform or its extension ended. */
  resume(): void {
    for (const url of this.#options.store.urls()) this.#destination(url).wake();
  }

  get #isBusy(): boolean {
    if (this.#end.signal.aborted) return false;
    for (const destination of this.#destinations.values()) if (destination.isBusy) return true;
    return false;
  }

  #noteIdle(): void {
    if (this.#isBusy) return;
    const drains = this.#drains;
    this.#drains = [];
    for (const resolve of drains) resolve();
  }

  #destination(url: string): Destination {
    let destination = this.#destinations.get(url);
    if (destination) return destination;
    const { extension, store, clock, report } = this.#options;
    destination = new Destination({
      ...{ url, extension, store, clock, report },
      attempt: (record) => {
        const attempt = this.#attempt(record);
        this.#options.track(attempt, this.#end.signal);
        return attempt;
      },
      idle: (own) => {
        if (own.isEmpty) this.#destinations.delete(url);
        this.#noteIdle();
      },
    });
    if (this.#end.signal.aborted) destination.end();
    this.#destinations.set(url, destination);
    return destination;
  }

  async #attempt(record: DeliveryRecord): Promise<void> {
    const { store, clock } = this.#options;
    const at = clock.now();
    const began = performance.now();
    const posted = await this.#post(record, at);
    if (this.#end.signal.aborted) return;
    const attempt = { at, duration: Math.round(performance.now() - began), ...posted };
    // Somebody may have asked to send it once more meanwhile.
    const current = store.get(record.id);
    if (current) this.#note(current, attempt);
  }

  async #post(record: DeliveryRecord, at: number): Promise<Omit<DeliveryAttempt, 'at' | 'duration'>> {
    const { url, secret, id, contentType, headers } = record;
    const settings = this.#options.settings();
    const body = bodyOf(record);
    const { sign = standardSignature } = settings;
    const timeout = record.timeout ?? settings.timeout ?? TIMEOUT_MS;
    const attempt: WebhookAttempt = { id, url, body, timestamp: Math.floor(at / 1000), secret };
    let signed: Record<string, string>;
    try {
      signed = lowerCase(await inTime(sign(attempt), timeout));
    } catch (thrown) {
      return { error: `it could not be signed: ${String(thrown)}` };
    }
    return post({
      url,
      body,
      headers: { 'user-agent': 'Backlot', 'content-type': contentType, ...signed, ...headers },
      timeout,
      signal: this.#end.signal,
    });
  }

  #note(record: DeliveryRecord, attempt: DeliveryAttempt): void {
    const { store, clock, settings } = this.#options;
    const attempts = [...record.attempts, attempt].slice(-KEPT_ATTEMPTS);
    const { status = 0 } = attempt;
    if (status >= 200 && status < 300) return store.save({ ...record, attempts, state: 'delivered' });
    if (record.state === 'dropped') return store.save({ ...record, attempts });
    const wait = (record.retries ?? settings().retries ?? RETRIES_MS)[record.failures];
    const failures = record.failures + 1;
    if (wait !== undefined) return store.save({ ...record, attempts, failures, due: clock.ticks() + wait });
    store.save({ ...record, attempts, failures, state: 'failed' });
    this.#givenUp.add(record.id);
    this.#options.warn(
      `gave up the webhook ${record.id} to ${record.url} after ${failures} ${failures === 1 ? 'attempt' : 'attempts'}: ` +
        (attempt.error ?? `the answer was ${status}`),
    );
  }
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** What a promise gives; rejects when it takes longer than so many milliseconds. */
async function inTime<T>(promise: T | Promise<T>, limit: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took longer than ${limit / 1000} s`)), limit);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
