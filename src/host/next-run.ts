import { setTimeout as delay } from 'node:timers/promises';
import type { ContainerDetails, ContainerEngine } from '../engine/engine';

/**
 * How long a container that was stopped may take until the engine begins to start it again: `docker restart` does both, and nothing
 * tells it from `docker stop` but what follows. That takes milliseconds; while it starts, Docker keeps those waiting who look at it.
 */
const STOPPED_LIMIT_MS = 800;

/** How long a container of Compose may be missing while another one takes its place, which it renames a moment later. */
const GONE_LIMIT_MS = 500;

/** What Compose writes on each of its containers. */
const COMPOSE_LABEL = 'com.docker.compose.project';

/** How long the container that takes the place of another one may take to start. */
const REPLACED_LIMIT_MS = 30_000;

const PAUSE_MS = 100;

/** The exit codes of a program that was told to end: by itself in order, by SIGKILL, by SIGTERM. */
const TOLD_TO_END: readonly number[] = [0, 137, 143];

/**
 * The container, or the one that took its place under its name, when it runs again after its last run ended; undefined when it
 * does not come back. It says at once that it does not when it ended by itself with a failure.
 *
 * `ended` is the container as it was while it ran. Throws `BACKLOT_E_ENGINE_FAILED`, and the reason of the signal.
 */
export async function nextRun(
  engine: ContainerEngine,
  ended: ContainerDetails,
  signal?: AbortSignal,
): Promise<ContainerDetails | undefined> {
  const began = Date.now();
  for (;;) {
    const same = await engine.inspectContainer(ended.id);
    if (same?.running && !same.restarting) return same;
    const isReplaced = same !== undefined && same.name !== ended.name;
    const other = same && !isReplaced ? undefined : await engine.inspectContainer(ended.name);
    if (other?.running) return other;
    const limit = isReplaced || other ? REPLACED_LIMIT_MS : same ? limitFor(same) : goneLimitFor(ended);
    if (Date.now() - began >= limit) return undefined;
    signal?.throwIfAborted();
    await delay(PAUSE_MS);
  }
}

/** Nobody else makes a container under the name of one that is gone. */
function goneLimitFor({ labels }: ContainerDetails): number {
  return labels[COMPOSE_LABEL] === undefined ? 0 : GONE_LIMIT_MS;
}

function limitFor({ restarting, exitCode }: ContainerDetails): number {
  // The engine waits longer with each failure.
  if (restarting) return Number.POSITIVE_INFINITY;
  return TOLD_TO_END.includes(exitCode) ? STOPPED_LIMIT_MS : 0;
}
