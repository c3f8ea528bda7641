/** Requests that an extension sends to the application under test, and that arrive although the application may be down. */

/** Who gets a webhook. */
export interface WebhookEndpoint {
  /** `http:` or `https:`. Deliveries to one URL are sent one after the other, those to different URLs at the same time. */
  readonly url: string;
  /** Sent along; they win over those of the platform and of the signer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The deliveries are signed with it. Kept with each delivery, and shown to nobody. */
  readonly secret?: string;
}

export interface WebhookOptions {
  /** How long to wait after each failed attempt, in milliseconds; when all have failed, the delivery is given up. */
  readonly retries?: readonly number[];
  /** How long an attempt may take, in milliseconds of real time. */
  readonly timeout?: number;
}

/** What a signer is given: one attempt, just before it is sent. */
export interface WebhookAttempt {
  /** The identifier of the delivery, the same in each attempt. */
  readonly id: string;
  readonly url: string;
  /** The bytes that will be sent. */
  readonly body: Buffer;
  /** The time of the world's clock in whole seconds since 1970. */
  readonly timestamp: number;
  readonly secret: string | undefined;
}

/** Gives the headers that sign an attempt. */
export type WebhookSigner = (
  attempt: WebhookAttempt,
) => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;

export interface WebhookSettings extends WebhookOptions {
  /** Signs all deliveries of the extension, instead of the default scheme. */
  readonly sign?: WebhookSigner;
}

/**
 * `pending`: to be sent, now or later. `delivered`: an answer of 200 to 299 came. `failed`: given up. `dropped`: its
 * world was restored or copied before it was sent, or its endpoint went.
 */
export type DeliveryState = 'pending' | 'delivered' | 'failed' | 'dropped';

/** What became of one attempt to deliver. */
export interface DeliveryAttempt {
  /** When it began, by the world's clock, in milliseconds since 1970. */
  readonly at: number;
  /** How long it took, in milliseconds of real time. */
  readonly duration: number;
  /** The status of the answer; absent when there was none. */
  readonly status?: number;
  /** The beginning of the answer's body, at most 16 KiB. */
  readonly answer?: string;
  /** Why it failed, for people. */
  readonly error?: string;
}

/** One webhook, as it stood when it was asked for. */
export interface Delivery {
  readonly id: string;
  readonly url: string;
  readonly state: DeliveryState;
  /** When it was sent off by the extension, by the world's clock, in milliseconds since 1970. */
  readonly created: number;
  /** The headers of the endpoint. */
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly body: Buffer;
  /** Oldest first; the last 20. */
  readonly attempts: readonly DeliveryAttempt[];
  /** When it is tried next, by the world's clock as it is now; absent when it is over, or due at once. */
  readonly nextAttempt?: number;
}

export interface DeliveryFilter {
  readonly url?: string;
  readonly state?: DeliveryState;
}

/** What was found when nothing was due or under way any more. */
export interface Drained {
  /** The deliveries that were given up since the last time. */
  readonly failed: readonly Delivery[];
  /** Those that failed and will be tried again when their time comes, and those that wait behind them. */
  readonly waiting: readonly Delivery[];
}

/**
 * The outbox of the extension in the current world.
 *
 * What is sent is kept, and is sent until an answer of 200 to 299 comes: at least once, and maybe twice, for instance when the
 * platform is killed before it has seen the answer. A redirect is not followed; it counts as a failure. The times between
 * attempts pass on the world's clock. A delivery that fails holds up later ones to the same URL, and no others.
 * A reset, a restore or a deletion of the world ends all of it.
 *
 * Unless the settings say otherwise, a failed attempt is repeated after 1, 2, 4, 8, 16 and 32 seconds, each attempt may take
 * 10 seconds, and an endpoint with a secret gets signatures as Standard Webhooks has them: the headers `webhook-id`,
 * `webhook-timestamp` and `webhook-signature`, which is `v1,` and, in base64, the HMAC-SHA256 of `id.timestamp.body`. The key
 * is the secret; one that begins with `whsec_` is base64 after that. An endpoint without a secret gets the first two.
 */
export interface Webhooks {
  /** Says how the deliveries of the extension are signed, repeated and limited. Best called in `onExtensionLoad`. */
  configure(settings: WebhookSettings): void;
  /**
   * Sends a payload and returns at once. Bytes and strings are sent as they are, anything else as JSON; a `content-type`
   * among the headers of the endpoint wins over the one that follows from it. Within a transaction it is sent only if that
   * succeeds. Throws `BACKLOT_E_WEBHOOK_INVALID` for an endpoint, payload or option that cannot be sent.
   */
  send(endpoint: WebhookEndpoint, payload: unknown, options?: WebhookOptions): Delivery;
  /** Oldest first. Of those that are over, the last 1000 are kept. */
  list(filter?: DeliveryFilter): Delivery[];
  get(id: string): Delivery | undefined;
  /**
   * Sends a delivery that is over once more, behind those that wait for the same URL; does not make one that is pending wait any
   * longer for its next attempt. Throws `BACKLOT_E_WEBHOOK_NOT_FOUND`.
   */
  resend(id: string): Delivery;
  /**
   * Drops what is pending for an endpoint that is gone: the deliveries with its URL and its secret are not tried again, and hold up
   * nothing any more. An attempt that is under way ends by itself. Throws `BACKLOT_E_WEBHOOK_INVALID` for no such endpoint.
   */
  drop(endpoint: Pick<WebhookEndpoint, 'url' | 'secret'>): void;
  /** Resolves when nothing is due or under way, also when the world ends. */
  drain(): Promise<Drained>;
}
