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
    say(`${launched.container.name} is ready at ${launched.url}`);
  } finally {
    interrupt.release();
  }
}
