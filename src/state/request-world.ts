import type { CurrentWorld } from './current-world';
import type { WorldView } from './world';

/** The world of one request, as the gateway sees it: what runs within it, and ends with it. */
export class RequestWorld {
  constructor(
    private readonly view: WorldView,
    private readonly current: CurrentWorld,
    private readonly use: (() => () => void) | undefined,
  ) {}

  /** Runs a function, and what follows from it, within the world. */
  run<R>(run: () => R): R {
    return this.current.runIn(this.view, run);
  }

  /** Aborted when the state that the request began with is over, for an extension or for all. */
  signalFor(owner: string | undefined): AbortSignal {
    const { world, epoch } = this.view;
    // Where only some extensions are reset, the others go on.
    if (owner === undefined || epoch.signal.aborted || !world.isCurrent(this.view, owner)) return epoch.signal;
    return world.store(owner).epoch.signal;
  }

  /** Notes that something uses the world, until the function that it gives is called. The default world is there anyway. */
  hold(): (() => void) | undefined {
    return this.use?.();
  }
}
