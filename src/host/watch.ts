import type { ContainerDetails, ContainerEngine } from '../engine/engine';
import { nextRun } from './next-run';
import { waitUntilReady } from './wait';

/** Who is told what becomes of a container. */
export interface Watcher {
  /** It has ended, by itself or because somebody stopped it. */
  ended(exitCode: number): void;
  /** It runs again, or another one in its place. */
  starting(container: ContainerDetails): void;
  /** It is ready again. */
  ready(container: ContainerDetails): void;
}

/**
 * Watches a container that runs, and what takes its place, until it has ended for good or the signal is aborted. Throws
 * `BACKLOT_E_ENGINE_FAILED`.
 */
export async function watch(
  engine: ContainerEngine,
  container: ContainerDetails,
  watcher: Watcher,
  signal: AbortSignal,
): Promise<void> {
  let current: ContainerDetails | undefined = container;
  try {
    while (current) {
      watcher.ended(await engine.waitForExit(current.id, signal));
      current = await nextRun(engine, current, signal);
      if (!current) return;
      watcher.starting(current);
      // One that does not become ready ends, or is waited for with no limit.
      const isReady = await waitUntilReady(engine, current, { signal, lastLines: 0, timeoutSeconds: NO_LIMIT }).then(
        () => true,
        () => false,
      );
      signal.throwIfAborted();
      if (isReady) watcher.ready(current);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** About as long as a timer can be, in seconds. */
const NO_LIMIT = 2_000_000;
