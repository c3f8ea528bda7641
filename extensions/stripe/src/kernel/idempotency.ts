import type { Collection } from 'backlot';
import { StripeError } from '../errors';
import type { Backend } from './backend';
import type { Reply } from './reply';

/** How long a key stands for the first answer, in seconds. https://docs.stripe.com/api/idempotent_requests */
export const DAY_LONG = 24 * 60 * 60;
const LONGEST_KEY = 255;

interface Kept {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  /** The parameters as they were sent. */
  readonly sent: string;
  readonly reply: { readonly status: number; readonly body: string };
  /** The identifier of the request that was answered. */
  readonly requestId: string;
}

/** What was answered to requests with an `Idempotency-Key`. */
export class IdempotentReplies {
  readonly #stripe: Backend;
  readonly #kept: Collection<Kept>;
  /** The requests whose answer is not the last yet. */
  readonly #waiting = new Set<string>();

  /** `name` is what the replies are kept under. */
  constructor(
    stripe: Backend,
    private readonly lifetime = DAY_LONG,
    name = 'idempotency',
  ) {
    this.#stripe = stripe;
    this.#kept = stripe.state.collection<Kept>(name);
  }

  /** The answer to the first request with a key, or undefined. Throws where that request was another one, or still goes on. */
  find(key: string, request: { method: string; path: string; sent: string }): Reply | undefined {
    if (key.length > LONGEST_KEY) {
      throw new StripeError(
        400,
        'idempotency_error',
        `The idempotency key is too long: it has ${key.length} characters, and may have ${LONGEST_KEY}.`,
      );
    }
    const kept = this.#kept.get([this.#stripe.account, key]);
    if (kept === undefined || kept.at + this.lifetime <= this.#stripe.platform.clock.seconds()) return undefined;
    if (kept.method !== request.method || kept.path !== request.path) {
      throw new StripeError(
        400,
        'idempotency_error',
        `Keys for idempotent requests can only be used for the same endpoint they were first used for ('${request.path}' vs '${kept.path}'). ` +
          `Try using a key other than '${key}' if you meant to execute a different request.`,
      );
    }
    if (kept.sent !== request.sent) {
      throw new StripeError(
        400,
        'idempotency_error',
        'Keys for idempotent requests can only be used with the same parameters they were first used with. ' +
          `Try using a key other than '${key}' if you meant to execute a different request.`,
      );
    }
    if (this.#waiting.has(kept.requestId)) {
      throw new StripeError(
        409,
        'idempotency_error',
        'There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the ' +
          `other request is still going through): ${key}. Please try again later.`,
        { code: 'idempotency_key_in_use' },
      );
    }
    return { ...kept.reply, headers: { 'idempotent-replayed': 'true', 'original-request': kept.requestId } };
  }

  /** Gives what `work` gives. Meanwhile what was kept of the request is no answer to another one. */
  async during<T>(requestId: string, work: () => Promise<T>): Promise<T> {
    this.#waiting.add(requestId);
    try {
      return await work();
    } finally {
      this.#waiting.delete(requestId);
    }
  }

  keep(key: string, request: { method: string; path: string; sent: string }, requestId: string, reply: Reply): void {
    this.#kept.put([this.#stripe.account, key], {
      ...request,
      at: this.#stripe.platform.clock.seconds(),
      requestId,
      reply: { status: reply.status, body: String(reply.body) },
    });
  }
}
