import type { ExceptionHandler, Handler } from '../api/gateway';
import type { Phases } from './chain';
import type { ChainTrace, HandlerLabel } from './chain-trace';
import { HandlerList, type Step } from './handler-list';
import { PLATFORM } from './owner';
import type { HandlerLists } from './stage';

type Named<H> = Readonly<Record<string, H>>;

/** The platform’s own handlers, by the places that they have among those of extensions, with the names that a trace shows. */
export interface PlatformHandlers {
  readonly before: Named<Handler>;
  readonly route: Named<Handler>;
  readonly response: Named<Handler>;
  readonly unrouted: Named<Handler>;
  readonly firstException: Named<ExceptionHandler>;
  readonly lastException: Named<ExceptionHandler>;
  readonly finalizer: Named<Handler>;
}

/** Puts the handlers of the platform and of extensions in order, and has them watched where there is a trace. */
export function composePhases(
  lists: HandlerLists,
  own: PlatformHandlers,
  trace: ChainTrace | undefined,
): Pick<Phases, 'request' | 'response' | 'exception' | 'finalizer'> {
  const watch = trace && ((run: Handler, label: HandlerLabel) => trace.watch(run, label));
  const watchException = trace && ((run: ExceptionHandler, label: HandlerLabel) => trace.watchException(run, label));
  return {
    request: [
      ...inOrder('request', watch, own.before),
      ...inOrder('early', watch, lists.early),
      ...inOrder('request', watch, own.route, lists.request, own.unrouted),
    ],
    response: inOrder('response', watch, own.response, lists.response),
    exception: inOrder('exception', watchException, own.firstException, lists.exception, own.lastException),
    finalizer: [
      ...inOrder('finalizer', watch, lists.finalizer, own.finalizer),
      ...(trace ? [{ run: trace.finish, tenure: undefined }] : []),
    ],
  };
}

function inOrder<H extends (...args: never[]) => unknown>(
  phase: HandlerLabel['phase'],
  watch: ((run: H, label: HandlerLabel) => H) | undefined,
  ...parts: (HandlerList<H> | Named<H>)[]
): readonly Step<H>[] {
  return parts.flatMap((part) => {
    if (part instanceof HandlerList) {
      return part.steps(watch && ((run, owner, name) => watch(run, { phase, owner, name: name || '(anonymous)' })));
    }
    const { name: owner } = PLATFORM;
    return Object.entries(part).map(([name, run]) => ({
      run: watch ? watch(run, { phase, owner, name }) : run,
      tenure: undefined,
    }));
  });
}
