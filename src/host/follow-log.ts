import type { ContainerDetails, ContainerEngine } from '../engine/engine';
import {
  isReadToEnd,
  type LogBytes,
  type LogLine,
  type LogOptions,
  readLogBatches,
  readLogBytes,
} from '../engine/log-lines';
import { LogPosition } from '../engine/log-position';
import { nextRun } from './next-run';

/** How a log is followed. */
export interface FollowOptions extends LogOptions {
  /** Aborted when the container is stopped for good: no other run is waited for. */
  readonly noFurtherRun?: AbortSignal;
}

/**
 * The lines of a container's log, in batches as they come. Followed, it goes on when the container is restarted, or another one
 * takes its place (`backlot restart`), and ends when it is stopped for good. Each line comes once.
 *
 * Throws what {@link readLogBatches} throws.
 */
export function followLog(
  engine: ContainerEngine,
  container: ContainerDetails,
  options: FollowOptions = {},
): AsyncGenerator<LogLine[]> {
  return followWith(readLogBatches, engine, container, options);
}

/** The same as bytes, for readers that only hand them on. */
export function followLogBytes(
  engine: ContainerEngine,
  container: ContainerDetails,
  options: FollowOptions = {},
): AsyncGenerator<LogBytes> {
  return followWith(readLogBytes, engine, container, options);
}

/** Reads the log of one run. */
type Reader<Batch> = (
  engine: ContainerEngine,
  container: ContainerDetails,
  options: LogOptions,
  position: LogPosition,
) => AsyncGenerator<Batch>;

async function* followWith<Batch>(
  read: Reader<Batch>,
  engine: ContainerEngine,
  container: ContainerDetails,
  options: FollowOptions,
): AsyncGenerator<Batch> {
  const { signal, follow = false, noFurtherRun } = options;
  let current = container;
  let position = new LogPosition();
  yield* read(engine, current, options, position);
  if (!follow || !current.running) return;
  while (!signal?.aborted) {
    const next = noFurtherRun?.aborted ? undefined : await nextRunUnless(engine, current, signal, noFurtherRun);
    // An engine may end the log before it has given all of it.
    if (next?.id !== current.id) yield* restOf(read, engine, current, position, signal);
    if (!next) return;
    if (next.id !== current.id) position = new LogPosition();
    current = next;
    yield* read(engine, current, signal ? { follow, signal } : { follow }, position);
  }
}

/** Undefined also when either signal is aborted. */
async function nextRunUnless(
  engine: ContainerEngine,
  ended: ContainerDetails,
  ...signals: (AbortSignal | undefined)[]
): Promise<ContainerDetails | undefined> {
  const signal = AbortSignal.any(signals.filter((each) => each !== undefined));
  try {
    return await nextRun(engine, ended, signal);
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

async function* restOf<Batch>(
  read: Reader<Batch>,
  engine: ContainerEngine,
  { id }: ContainerDetails,
  position: LogPosition,
  signal: AbortSignal | undefined,
): AsyncGenerator<Batch> {
  const ended = await engine.inspectContainer(id);
  if (ended && !(await isReadToEnd(engine, ended, position)))
    yield* read(engine, ended, signal ? { signal } : {}, position);
}
