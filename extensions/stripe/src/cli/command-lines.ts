import type { Collection, WebSocket } from 'backlot';
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { loadSpec } from '../spec/spec';
import { defaultVersion } from '../versions/versions';
import { isSnapshot, keptEvents } from '../v2/events/kept-events';
import { eventPayload } from '../webhooks/deliver';
import { signedHeaders } from '../webhooks/signature';
import { isLogged, logEntry, type LoggedRequest } from './request-log';

/** A command line that listens, or is about to. */
export interface Session {
  readonly id: string;
  /** What it tells its user that events are signed with. */
  readonly secret: string;
  /** `webhooks`, `request_logs`. */
  readonly features: readonly string[];
  readonly filters: Readonly<Record<string, readonly string[]>>;
}

/** What a session has while this process runs, whatever becomes of the state. */
interface Connection {
  readonly session: Session;
  socket?: WebSocket;
  /** When it was cut off, in seconds: what happened since is sent when it is back. */
  lostAt?: number;
}

/** Longer than any test moves the clock. */
const FOREVER_MS = 1e13;
const GOING_AWAY = 1001;

/**
 * The command lines that listen. A session belongs to the state in which it was opened, so that those of different sandboxes do not
 * hear each other. When that state is reset, the connection is closed: the command line comes back by itself, into the new one.
 */
export class CommandLines {
  readonly #stripe: Backend;
  readonly #sessions: Collection<Session>;
  readonly #connections = new Map<string, Connection>();

  constructor(stripe: Backend) {
    this.#stripe = stripe;
    this.#sessions = stripe.state.collection<Session>('stripecli.session');
  }

  admit(session: Session): void {
    this.#sessions.put(session.id, session);
    this.#connections.set(session.id, { session });
  }

  /** Whether a command line may connect. */
  knows(id: string): boolean {
    return this.#connections.has(id) || this.#sessions.has(id);
  }

  /** A command line has connected. */
  connect(id: string, socket: WebSocket): void {
    const session = this.#connections.get(id)?.session ?? this.#sessions.get(id)!;
    const lostAt = this.#connections.get(id)?.lostAt;
    const connection: Connection = { session, socket };
    this.#connections.set(id, connection);
    this.#sessions.put(id, session);
    socket.on('close', () => {
      if (connection.socket === socket) delete connection.socket;
    });
    const cutOff = (): void => {
      connection.lostAt ??= Math.floor(Date.now() / 1000);
      socket.close(GOING_AWAY, 'The state was reset.');
    };
    // It ends early, with an error, exactly when the state is reset.
    this.#stripe.platform.clock.sleep(FOREVER_MS).catch(cutOff);
    if (lostAt !== undefined) this.#catchUp(connection, lostAt);
  }

  /** Tells the command lines that listen about an event, once the running step has succeeded. */
  announce(event: Stripe.Event): void {
    if (this.#connections.size === 0) return;
    this.#stripe.afterwards(() => {
      for (const connection of this.#listening('webhooks')) this.#sendEvent(connection, event);
    });
  }

  /** Tells those that follow the log about a request. */
  log(request: LoggedRequest): void {
    if (this.#connections.size === 0) return;
    for (const { session, socket } of this.#listening('request_logs')) {
      if (!isLogged(request, session.filters)) continue;
      socket?.send(
        JSON.stringify({
          type: 'request_log_event',
          request_log_id: request.id,
          event_payload: JSON.stringify(logEntry(request, this.#stripe.platform.clock.seconds())),
        }),
      );
    }
  }

  *#listening(feature: string): Generator<Connection> {
    for (const connection of this.#connections.values()) {
      const { session, socket } = connection;
      if (socket && session.features.includes(feature) && this.#sessions.has(session.id)) yield connection;
    }
  }

  /** What happened in the new state before the command line was back. */
  #catchUp(connection: Connection, since: number): void {
    const missed = [...keptEvents(this.#stripe).values()].filter(isSnapshot).filter(({ created }) => created >= since);
    for (const event of missed.reverse()) this.#sendEvent(connection, event);
  }

  /** Sends an event in two versions: which one it forwards, the command line was told by its option `--latest`. */
  #sendEvent({ session, socket }: Connection, event: Stripe.Event): void {
    const { config, platform } = this.#stripe;
    for (const version of [null, loadSpec().version]) {
      const payload = eventPayload(event, version ?? defaultVersion(config));
      socket?.send(
        JSON.stringify({
          type: 'webhook_event',
          endpoint: { api_version: version },
          event_payload: payload,
          http_headers: capitalized(signedHeaders(payload, session.secret, platform.clock.seconds())),
          webhook_conversation_id: `wc_${event.id}`,
          webhook_id: event.id,
        }),
      );
    }
  }
}

/** The command line passes headers on as they are written: `Stripe-Signature`. */
function capitalized(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.replace(/(^|-)[a-z]/g, (letters) => letters.toUpperCase()),
      value,
    ]),
  );
}
