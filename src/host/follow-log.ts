import type { ContainerDetails, ContainerEngine } from '../engine/engine';
import { type LogLine, type LogOptions, readLogBatches } from '../engine/log-lines';
import { LogPosition } from '../engine/log-position';
import { nextRun } from './next-run';

/**
 * The lines of a container's log, in batches as they come. Followed, it goes on when the container is restarted, or another one
 * takes its place (`backlot restart`), and ends when it is stopped for good. Each line comes once.
 *
 * Throws what {@link readLogBatches} throws.
 */
export async function* followLog(
  engine: ContainerEngine,
  container: ContainerDetails,
  options: LogOptions = {},
): AsyncGenerator<LogLine[]> {
  const { signal, follow = false } = options;
  let current = container;
  let position = new LogPosition();
  yield* readLogBatches(engine, current, options, position);
  if (!follow || !current.running) return;
  while (!signal?.aborted) {
    const next = await nextRun(engine, current, signal).catch((error: unknown) => {
      if (signal?.aborted) return undefined;
      throw error;
    });
    // An engine may end the log before it has given all of it.
    if (next?.id !== current.id) yield* restOf(engine, current, position, signal);
    if (!next) return;
    if (next.id !== current.id) position = new LogPosition();
    current = next;
    yield* readLogBatches(engine, current, signal ? { follow, signal } : { follow }, position);
  }
}

async function* restOf(
  engine: ContainerEngine,
  { id }: ContainerDetails,
  position: LogPosition,
  signal: AbortSignal | undefined,
): AsyncGenerator<LogLine[]> {
  const ended = await engine.inspectContainer(id);
  if (ended) yield* readLogBatches(engine, ended, signal ? { signal } : {}, position);
}
