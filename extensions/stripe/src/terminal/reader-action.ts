/** What a reader is doing: https://docs.stripe.com/terminal/payments/collect-card-payment?terminal-sdk-platform=server-driven. */
import type Stripe from 'stripe';
import { invalidRequest, StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import type { Table } from '../kernel/table';

type Reader = Stripe.Terminal.Reader;
export type Action = NonNullable<Reader['action']>;
export type ActionType =
  | 'collect_inputs'
  | 'collect_payment_method'
  | 'confirm_payment_intent'
  | 'process_payment_intent'
  | 'process_setup_intent'
  | 'refund_payment'
  | 'set_reader_display';

/** What is kept beside a reader. */
export interface ReaderSecret {
  /** Whether the card of the running action may be shown to its customer again. */
  readonly allowRedisplay?: string | undefined;
}

export function readerTable(stripe: Backend): Table<Reader, ReaderSecret> {
  return stripe.table<Reader, ReaderSecret>('terminal.reader');
}

/** What goes wrong with readers out in the world, which no client of a simulated one could bring about. */
const TROUBLES: Readonly<Record<string, string>> = {
  busy: 'The reader is busy with another request.',
  offline: 'The reader is offline: nothing was heard of it for two minutes.',
  timeout: 'The reader did not answer in time.',
};

/** The metadata by which a reader is told to be in trouble: `simulate` is `busy`, `offline` or `timeout`. */
export function troubleOf({ simulate }: Stripe.Metadata): string | undefined {
  return simulate !== undefined && Object.hasOwn(TROUBLES, simulate) ? simulate : undefined;
}

/** The reader, when it takes commands. Throws where it does not. */
export function reachable(stripe: Backend, id: string): Reader {
  const reader = readerTable(stripe).get(id, 'reader');
  const trouble = troubleOf(reader.metadata);
  if (trouble !== undefined) throw invalidRequest(TROUBLES[trouble]!, { code: `terminal_reader_${trouble}` });
  return reader;
}

/**
 * Begins an action. Throws `terminal_reader_busy` while another one waits; one for the same intent is begun anew, as after a change
 * of the intent.
 */
export function begin(
  stripe: Backend,
  id: string,
  { type, details, secret = {} }: { type: ActionType; details: object; secret?: ReaderSecret },
): Reader {
  const { action } = reachable(stripe, id);
  if (action?.status === 'in_progress' && !isSame(action, type, details))
    throw invalidRequest(`${TROUBLES['busy']} It waits for the action ${action.type}.`, {
      code: 'terminal_reader_busy',
    });
  const table = readerTable(stripe);
  table.hide(id, secret);
  return table.update(id, {
    action: {
      api_error: null,
      failure_code: null,
      failure_message: null,
      [type]: details,
      status: 'in_progress',
      type,
    } as unknown as Action,
    last_seen_at: stripe.now() * 1000,
  });
}

function isSame(action: Action, type: ActionType, details: object): boolean {
  const running = (action as unknown as Record<string, object | undefined>)[type];
  const intentOf = (of: object | undefined): unknown =>
    (of as { payment_intent?: unknown; setup_intent?: unknown } | undefined)?.payment_intent ??
    (of as { setup_intent?: unknown } | undefined)?.setup_intent;
  return action.type === type && intentOf(running) !== undefined && intentOf(running) === intentOf(details);
}

/** The action that waits for somebody in front of the reader. Throws where there is none of the types that are asked for. */
export function waiting(stripe: Backend, id: string, types: readonly ActionType[]): Action {
  const { action } = reachable(stripe, id);
  if (action?.status === 'in_progress' && (types as readonly string[]).includes(action.type)) return action;
  throw invalidRequest(`The reader has no action in progress of the types ${types.join(', ')}.`);
}

/** Ends the running action well, with what came of it. */
export function succeed(stripe: Backend, id: string, details: object = {}): Reader {
  return end(stripe, id, 'terminal.reader.action_succeeded', (action) => ({
    [action.type]: { ...(action as unknown as Record<string, object>)[action.type], ...details },
    status: 'succeeded',
  }));
}

/** Ends the running action badly. `error` is what the API would have answered. */
export function fail(stripe: Backend, id: string, code: string, message: string, error?: StripeError): Reader {
  return end(stripe, id, 'terminal.reader.action_failed', () => ({
    ...(error && { api_error: { ...error.fields, message: error.message, type: error.type } }),
    failure_code: code,
    failure_message: message,
    status: 'failed',
  }));
}

function end(stripe: Backend, id: string, event: string, change: (action: Action) => object): Reader {
  const ended = readerTable(stripe).update(id, ({ action }) => ({
    action: { ...action!, ...change(action!) },
    last_seen_at: stripe.now() * 1000,
  }));
  stripe.emit(event, ended);
  return ended;
}

/** Does what ends the running action; an error of the API fails the action, and undoes what was written. */
export function endBy(stripe: Backend, id: string, work: () => Reader): Reader {
  try {
    return stripe.state.transaction(work);
  } catch (error) {
    if (!(error instanceof StripeError)) throw error;
    return fail(stripe, id, error.fields.code ?? 'processing_error', error.message, error);
  }
}
