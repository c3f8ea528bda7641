import { BacklotError } from '../api/errors';
import type { ContainerEngine } from '../engine/engine';
import { findEngine } from '../engine/find-engine';
import { resolveSettings, type Settings } from '../host/settings';
import { launch, type Launched, start } from '../host/start';
import { stop } from '../host/stop';
import { waitUntilReady } from '../host/wait';
import { EXIT } from './exit-codes';
import { Interrupt } from './interrupt';
import { printLogs } from './print-logs';
import { type ContainerOptions, toStartOptions } from './start-options';
import { note, say, whenPipeBreaks } from './terminal';
import { withProgress } from './with-progress';

/** Starts a container that goes on in the background; comes back when it is ready, or at once. */
export async function startDetached(options: ContainerOptions, wait: boolean): Promise<void> {
  const settings = resolveSettings(toStartOptions(options));
  const engine = await findEngine();
  const interrupt = new Interrupt();
  try {
    const launched = await withProgress(options, interrupt, (how) =>
      wait ? start(engine, settings, how) : launch(engine, settings, how),
    );
    const { container, url } = launched;
    if (options.json) say(JSON.stringify(told(launched, wait ? 'ready' : 'starting')));
    else if (launched.alreadyRunning) say(`${container.name} is already running at ${url}`);
    else say(wait ? `${container.name} is ready at ${url}` : `${container.name} is starting, and will be at ${url}`);
  } finally {
    interrupt.release();
  }
}

/** Starts a container, copies its log to ours, and stays until it ends or is interrupted. Gives the exit code. */
export async function startAttached(options: ContainerOptions): Promise<number> {
  const settings = resolveSettings(toStartOptions(options));
  const engine = await findEngine();
  const interrupt = new Interrupt();
  whenPipeBreaks(() => interrupt.trigger());
  try {
    const launched = await withProgress(options, interrupt, (how) => launch(engine, settings, how));
    if (!launched.alreadyRunning) return await stayAttached(engine, settings, launched, options, interrupt);
    if (options.json) say(JSON.stringify(told(launched, 'ready')));
    else say(`${launched.container.name} is already running at ${launched.url}`);
    return EXIT.ok;
  } finally {
    interrupt.release();
  }
}

/** What a program is told about a container. */
function told({ container, url, alreadyRunning }: Launched, state: 'starting' | 'ready'): object {
  return { name: container.name, url, state, alreadyRunning };
}

async function stayAttached(
  engine: ContainerEngine,
  { name }: Settings,
  launched: Launched,
  { timeout, json }: ContainerOptions,
  interrupt: Interrupt,
): Promise<number> {
  const { container, url } = launched;
  const stopping = new AbortController();
  // It ends when the container does, and does not come back.
  const printing = printLogs(engine, container, { follow: true, noFurtherRun: stopping.signal }, json);
  const interrupted = new Promise<void>((resolve) => {
    interrupt.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  // It is awaited below, but not always: a failure that nobody looks at must not end the process.
  printing.catch(() => undefined);
  let isReady = false;
  try {
    await waitUntilReady(engine, container, {
      signal: interrupt.signal,
      lastLines: 0,
      ...(timeout === undefined ? {} : { timeoutSeconds: timeout }),
    });
    isReady = true;
    if (json) say(JSON.stringify(told(launched, 'ready')));
    note(`${name} is ready at ${url} (Ctrl-C stops it)`);
    await Promise.race([printing, interrupted]);
  } catch (error) {
    if (!interrupt.signal.aborted) {
      stopping.abort();
      await clear(engine, container.id);
      await printing.catch(() => undefined);
      throw error;
    }
  }
  if (interrupt.signal.aborted) {
    stopping.abort();
    await stopGently(engine, name, interrupt);
    await printing.catch(() => undefined);
    return isReady ? EXIT.ok : EXIT.interrupted;
  }
  const exitCode = await clear(engine, name);
  if (exitCode === undefined || exitCode === 0) {
    note(`${name} was stopped`);
    return EXIT.ok;
  }
  const message = `${name} ended with exit code ${exitCode}; its log is above`;
  throw new BacklotError('BACKLOT_E_CONTAINER_EXITED', message);
}

/** Stops in order; a second Ctrl-C kills. */
async function stopGently(engine: ContainerEngine, name: string, { impatient }: Interrupt): Promise<void> {
  note(`stopping ${name} (Ctrl-C again kills it)`);
  impatient.addEventListener('abort', () => void engine.removeContainer(name).catch(() => undefined), { once: true });
  const { killed } = await stop(engine, name);
  if (killed) note(`${name} did not stop in time and was killed`);
}

/**
 * Removes a container that has ended, or is to end at once, with the volume that was made for it alone. Gives its exit code,
 * when it was still there.
 */
async function clear(engine: ContainerEngine, nameOrId: string): Promise<number | undefined> {
  return (await stop(engine, nameOrId, { graceSeconds: 5 })).exitCode;
}
