import type { ExceptionHandler, Handler, HandlerChain, RequestContext } from '../api/gateway';
import { isPromise, type Exchange } from './chain';
import type { Context } from './context';
import { describeRoute } from './route-table';

/** Which handler ran: in what phase, whose it is, and what it is called. */
export interface HandlerLabel {
  readonly phase: 'early' | 'request' | 'response' | 'exception' | 'finalizer';
  readonly owner: string;
  readonly name: string;
}

interface Step extends HandlerLabel {
  readonly began: number;
  readonly before: State;
  /** How it was when the handler was done, or when a later one began. */
  after?: State;
  /** Undefined while the handler runs. */
  milliseconds?: number;
  threw?: string;
}

/**
 * Shows what each handler of a request does: its owner, its time, and what it changed. A handler is watched while it runs as
 * it would anyway; nothing is run for the sake of being shown.
 */
export class ChainTrace {
  readonly #steps = new WeakMap<RequestContext, Step[]>();

  /** `print` gets one text for each request, of several lines, when its last finalizer has run. */
  constructor(private readonly print: (text: string) => void) {}

  watch(handler: Handler, label: HandlerLabel): Handler {
    return (chain, context, response) => this.#run(chain, context, label, () => handler(chain, context, response));
  }

  watchException(handler: ExceptionHandler, label: HandlerLabel): ExceptionHandler {
    return (chain, error, context, response) =>
      this.#run(chain, context, label, () => handler(chain, error, context, response));
  }

  /** The handler that prints; it goes after all others. */
  readonly finish: Handler = (chain, context, response) => {
    const { request, host, path, startedAt } = context as Context;
    const time = milliseconds(performance.now() - startedAt);
    const head = `${request.method} ${host}${path} → ${response.statusCode} in ${time}`;
    const rows = (this.#steps.get(context) ?? []).map((step) => rowOf(step, stateOf(chain, context)));
    this.print([head, ...tabulate(rows)].join('\n'));
  };

  #run(chain: HandlerChain, context: RequestContext, label: HandlerLabel, run: () => unknown): unknown {
    const before = stateOf(chain, context);
    const steps = this.#steps.get(context) ?? [];
    // What serves a response by itself, as a mounted app does, is not done before it is out: what comes now is not its doing.
    for (const each of steps) each.after ??= before;
    const step: Step = { ...label, began: performance.now(), before };
    this.#steps.set(context, [...steps, step]);
    const done = (failure?: { readonly thrown: unknown }): void => {
      step.milliseconds = performance.now() - step.began;
      step.after ??= stateOf(chain, context);
      if (failure) step.threw = describe(failure.thrown);
    };
    try {
      const result = run();
      if (!isPromise(result)) {
        done();
        return result;
      }
      return Promise.resolve(result).then(
        (value) => {
          done();
          return value;
        },
        (thrown: unknown) => {
          done({ thrown });
          throw thrown;
        },
      );
    } catch (thrown) {
      done({ thrown });
      throw thrown;
    }
  }
}

type State = ReadonlyMap<string, string>;

/** All that a handler may change and that others see. */
function stateOf(chain: HandlerChain, context: RequestContext): State {
  const { response, locals, route } = context;
  const state = new Map<string, string>([['status', String(response.statusCode)]]);
  for (const [name, value] of Object.entries(response.getHeaders())) state.set(`header ${name}`, String(value));
  for (const [name, value] of Object.entries(locals)) state.set(`locals.${name}`, describe(value));
  if (route) state.set('route', `${describeRoute(route)} of ${route.owner}`);
  if (response.body !== undefined) state.set('body', describeBody(response.body));
  if (chain.terminated) state.set('chain', 'terminated');
  else if (chain.stopped) state.set('chain', 'stopped');
  if ((chain as Exchange).opened) state.set('response', 'begun');
  return state;
}

function differences(before: State, after: State): string[] {
  const changes: string[] = [];
  for (const [what, value] of after) {
    const old = before.get(what);
    if (old === undefined) changes.push(`${what}: ${value}`);
    else if (old !== value) changes.push(`${what}: ${old} → ${value}`);
  }
  for (const what of before.keys()) if (!after.has(what)) changes.push(`${what}: removed`);
  return changes;
}

function describeBody(body: unknown): string {
  if (typeof body === 'string') return `text of ${Buffer.byteLength(body)} bytes ${excerpt(body)}`;
  return body instanceof Uint8Array ? `${body.length} bytes` : 'a stream';
}

const LONGEST_EXCERPT = 60;

function excerpt(text: string): string {
  const line = text.length > LONGEST_EXCERPT ? `${text.slice(0, LONGEST_EXCERPT)}…` : text;
  return JSON.stringify(line);
}

function describe(value: unknown): string {
  if (value instanceof Error) return `${value.name}: ${value.message}`.replace(/\s*\n\s*/g, ' ');
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'string') return excerpt(value);
  return typeof value === 'object' && value !== null ? `a ${value.constructor?.name ?? 'object'}` : String(value);
}

function rowOf({ phase, owner, name, began, before, after, milliseconds: took, threw }: Step, now: State): string[] {
  const changes = differences(before, after ?? now);
  if (threw !== undefined) changes.push(`threw ${threw}`);
  return [phase, owner, name, milliseconds(took ?? performance.now() - began), changes.join('; ')];
}

function tabulate(rows: readonly string[][]): string[] {
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
}

function milliseconds(time: number): string {
  return `${time.toFixed(2)} ms`;
}
