import { setTimeout as delay } from 'node:timers/promises';
import { BacklotError } from '../api/errors';
import type { ContainerDetails, ContainerEngine } from '../engine/engine';
import { requireContainer } from './find-container';
import { readLogBatches } from '../engine/log-lines';
import { engineTimeToUnix } from '../engine/since';

/** The line on stdout that says that the platform is ready. */
export const READY_MARKER = 'Ready.';

/** How long a start may take when nothing else is said. */
export const DEFAULT_TIMEOUT_SECONDS = 120;

/** How the waiting ends. */
export interface WaitOptions {
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
  /** How many log lines an error shows. */
  readonly lastLines?: number;
}

/**
 * Waits until the container, by its name, its id or as it is, has printed `Ready.` since it was last started.
 *
 * Throws `BACKLOT_E_CONTAINER_EXITED` when it ends before, `BACKLOT_E_START_TIMEOUT` when the time is over, both with
 * the last lines of its log; `BACKLOT_E_CONTAINER_NOT_FOUND`; the reason of the signal when that is aborted.
 */
export async function waitUntilReady(
  engine: ContainerEngine,
  which: string | ContainerDetails,
  options: WaitOptions = {},
): Promise<void> {
  const { signal, timeoutSeconds = DEFAULT_TIMEOUT_SECONDS, lastLines = 20 } = options;
  const container = typeof which === 'string' ? await requireContainer(engine, which) : which;
  const limit = AbortSignal.timeout(Math.ceil(timeoutSeconds * 1000));
  const either = signal ? AbortSignal.any([signal, limit]) : limit;
  if (await sawMarker(engine, container, either)) return;
  signal?.throwIfAborted();
  const tail = await lastLogLines(engine, container, lastLines);
  if (limit.aborted) {
    const message = `${container.name} was not ready within ${timeoutSeconds} s${tail}`;
    throw new BacklotError('BACKLOT_E_START_TIMEOUT', message);
  }
  throw exited(container.name, await exitCodeOf(engine, container.id), tail);
}

/** The error for a container that ended before it was ready. */
function exited(name: string, exitCode: number | undefined, tail: string): BacklotError {
  const code = exitCode === undefined ? 'was removed' : `ended with exit code ${exitCode}`;
  return new BacklotError('BACKLOT_E_CONTAINER_EXITED', `${name} ${code} before it was ready${tail}`);
}

/** False when the log ended, or the signal was aborted, before the marker came. */
async function sawMarker(engine: ContainerEngine, container: ContainerDetails, signal: AbortSignal): Promise<boolean> {
  // What was printed before the container last ended belongs to an earlier run. (The time of the start itself can be
  // later than the first lines.)
  const since = container.finishedAt === undefined ? {} : { since: engineTimeToUnix(container.finishedAt) };
  for await (const batch of readLogBatches(engine, container, { follow: true, signal, ...since })) {
    if (batch.some(({ stream, line }) => stream === 'stdout' && line.trim() === READY_MARKER)) return true;
  }
  return false;
}

/** How long to wait for the exit code when the log is at its end. */
const EXIT_LIMIT_MS = 10_000;

async function exitCodeOf(engine: ContainerEngine, id: string): Promise<number | undefined> {
  // An engine can close the log a moment before it knows the exit code.
  const controller = new AbortController();
  try {
    return await Promise.race([
      engine.waitForExit(id, controller.signal),
      delay(EXIT_LIMIT_MS, undefined, { signal: controller.signal }),
    ]);
  } catch {
    return undefined;
  } finally {
    controller.abort();
  }
}

/** The last lines of a log, indented below the message of an error; empty when there are none. */
export async function lastLogLines(
  engine: ContainerEngine,
  container: ContainerDetails,
  count: number,
): Promise<string> {
  if (count === 0) return '';
  const lines: string[] = [];
  try {
    const signal = AbortSignal.timeout(EXIT_LIMIT_MS);
    for await (const batch of readLogBatches(engine, container, { tail: count, signal })) {
      lines.push(...batch.map(({ line }) => line));
    }
  } catch {
    // The lines only illustrate an error; that one matters more.
  }
  if (lines.length === 0) return '; it logged nothing';
  return `; its last log lines:${lines.map((line) => `\n    | ${line}`).join('')}`;
}
