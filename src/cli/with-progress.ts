import type { ImageOptions } from '../host/image';
import type { WaitOptions } from '../host/wait';
import type { Interrupt } from './interrupt';
import type { ContainerOptions } from './start-options';
import { ProgressLine } from './terminal';

/** Runs a step with its progress on stderr. What it throws after Ctrl-C is the interruption. */
export async function withProgress<T>(
  { build, timeout }: ContainerOptions,
  interrupt: Interrupt,
  step: (how: ImageOptions & WaitOptions) => Promise<T>,
): Promise<T> {
  const line = new ProgressLine();
  try {
    return await step({
      signal: interrupt.signal,
      onProgress: (progress) => line.show(progress),
      ...(build ? { build } : {}),
      ...(timeout === undefined ? {} : { timeoutSeconds: timeout }),
    });
  } catch (error) {
    interrupt.signal.throwIfAborted();
    throw error;
  } finally {
    line.clear();
  }
}
