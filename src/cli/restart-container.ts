import { findEngine } from '../engine/find-engine';
import { restart } from '../host/restart';
import { Interrupt } from './interrupt';
import { type ContainerOptions, toStartOptions } from './start-options';
import { say } from './terminal';
import { withProgress } from './with-progress';

/** Restarts the container, and comes back when it is ready. */
export async function restartContainer(options: ContainerOptions): Promise<void> {
  const engine = await findEngine();
  const interrupt = new Interrupt();
  try {
    const launched = await withProgress(options, interrupt, (how) => restart(engine, toStartOptions(options), how));
    const { container, url } = launched;
    if (options.json) say(JSON.stringify({ name: container.name, url, state: 'ready' }));
    else say(`${container.name} is ready at ${url}`);
  } finally {
    interrupt.release();
  }
}
