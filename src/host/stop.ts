import type { ContainerDetails, ContainerEngine } from '../engine/engine';
import { requireOurs } from './find-container';
import { rememberedSettings } from './labels';
import { untilAborted } from './until-aborted';

/** What the platform allows itself for an orderly shutdown, unless BACKLOT_SHUTDOWN_TIMEOUT says otherwise. */
const SHUTDOWN_SECONDS = 20;

/** The time that the engine allows on top, so that the platform and not the engine ends what hangs. */
const MARGIN_SECONDS = 10;

/** How long, in seconds, a platform with this environment may take to stop before it is killed. */
export function graceSecondsFor(environment: ContainerDetails['environment']): number {
  const limit = Number(environment.BACKLOT_SHUTDOWN_TIMEOUT);
  return (limit > 0 && Number.isFinite(limit) ? limit : SHUTDOWN_SECONDS) + MARGIN_SECONDS;
}

/** How a container is stopped. */
export interface StopOptions {
  /** Seconds between SIGTERM and the kill; 30 when left out, or more when BACKLOT_SHUTDOWN_TIMEOUT asks for it. */
  readonly graceSeconds?: number;
  /** Keep a volume that was made for this container alone. */
  readonly keepVolume?: boolean;
  /** Ends the waiting. The engine goes on to stop a container that it was asked to stop, but nothing is removed then. */
  readonly signal?: AbortSignal;
}

/** What became of a container that was to be stopped. */
export interface StopResult {
  /** Whether there was one that ran. */
  readonly wasRunning: boolean;
  readonly exitCode: number | undefined;
  /** Whether it had to be killed because it did not end within the grace period. */
  readonly killed: boolean;
}

/** The exit code of a process that was killed: 128 and the number of SIGKILL. */
const KILLED = 137;

/**
 * Stops the container of that name in an orderly way (SIGTERM, a grace period, then a kill), and removes it. A volume
 * that was made for this container alone goes with it; any other stays. Content when there is no such container.
 *
 * Throws `BACKLOT_E_CONTAINER_NAME_TAKEN` for a container that is not ours, `BACKLOT_E_ENGINE_FAILED`, and the reason of the
 * signal.
 */
export async function stop(engine: ContainerEngine, name: string, options: StopOptions = {}): Promise<StopResult> {
  const { signal } = options;
  const container = await untilAborted(engine.inspectContainer(name), signal);
  if (!container) return { wasRunning: false, exitCode: undefined, killed: false };
  requireOurs(container);
  const { graceSeconds = graceSecondsFor(container.environment), keepVolume = false } = options;
  const began = Date.now();
  await untilAborted(stopContainer(engine, container, graceSeconds), signal);
  const ended = await engine.inspectContainer(container.id);
  await engine.removeContainer(container.id);
  const volume = rememberedSettings(container)?.volume;
  if (volume?.temporary && !keepVolume) await engine.removeVolume(volume.source);
  const wholeGrace = Date.now() - began >= graceSeconds * 1000;
  return {
    wasRunning: container.running,
    exitCode: ended?.exitCode,
    killed: container.running && ended?.exitCode === KILLED && wholeGrace,
  };
}

/** Stops a container of ours in an orderly way, and leaves it there. Throws `BACKLOT_E_ENGINE_FAILED`. */
export async function stopContainer(
  engine: ContainerEngine,
  { id, running, environment }: ContainerDetails,
  graceSeconds: number = graceSecondsFor(environment),
): Promise<void> {
  if (running) await engine.stopContainer(id, graceSeconds);
}
