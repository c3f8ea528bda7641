import type { ImageOptions } from '../host/image';
import type { WaitOptions } from '../host/wait';
import type { Interrupt } from './interrupt';
import type { ContainerOptions } from './start-options';
import { spinner } from './spinner';
import { showProgress } from './terminal';

/** Runs a step with its progress on stderr. What it throws after Ctrl-C is the interruption. */
export async function withProgress<T>(
  { build, timeout }: ContainerOptions,
  interrupt: Interrupt,
  step: (how: ImageOptions & WaitOptions) => Promise<T>,
): Promise<T> {
  try {
    return await step({
      signal: interrupt.signal,
      onProgress: showProgress,
      ...(build ? { build } : {}),
      ...(timeout === undefined ? {} : { timeoutSeconds: timeout }),
    });
  } catch (error) {
    interrupt.signal.throwIfAborted();
    throw error;
  } finally {
    spinner.stop();
  }
}
