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
  readonly milliseconds: number;
  readonly changes: readonly string[];
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
  readonly finish: Handler = (_chain, context, response) => {
    const { request, host, path, startedAt } = context as Context;
    const time = milliseconds(performance.now() - startedAt);
    const head = `${request.method} ${host}${path} → ${response.statusCode} in ${time}`;
    this.print([head, ...tabulate(this.#steps.get(context) ?? [])].join('\n'));
  };

  #run(chain: HandlerChain, context: RequestContext, label: HandlerLabel, run: () => unknown): unknown {
    const before = stateOf(chain, context);
    const began = performance.now();
    const done = (failure?: { readonly thrown: unknown }): void => {
      const took = performance.now() - began;
      const changes = differences(before, stateOf(chain, context));
      if (failure) changes.push(`threw ${describe(failure.thrown)}`);
      const steps = this.#steps.get(context) ?? [];
      this.#steps.set(context, [...steps, { ...label, milliseconds: took, changes }]);
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
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (typeof value === 'string') return excerpt(value);
  return typeof value === 'object' && value !== null ? `a ${value.constructor?.name ?? 'object'}` : String(value);
}

function tabulate(steps: readonly Step[]): string[] {
  const rows = steps.map(({ phase, owner, name, milliseconds: time, changes }) => [
    phase,
    owner,
    name,
    milliseconds(time),
    changes.join('; '),
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
}

function milliseconds(time: number): string {
  return `${time.toFixed(2)} ms`;
}
