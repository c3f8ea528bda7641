/** Thrown when something took longer than it may. */
export class TimeLimitExceeded extends Error {
  override readonly name = 'TimeLimitExceeded';

  constructor(readonly milliseconds: number) {
    super(`did not finish within ${milliseconds / 1000} s`);
  }
}

/**
 * Waits for what a function returns, for at most so many milliseconds; then throws {@link TimeLimitExceeded}. The
 * function itself cannot be stopped: what it still does, and the error it may still end with, is ignored.
 */
export async function withTimeLimit<T>(milliseconds: number, run: () => T | Promise<T>): Promise<T> {
  const result = run();
  if (!(result instanceof Promise)) return result;
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeLimitExceeded(milliseconds)), milliseconds);
  });
  try {
    return await Promise.race([result, limit]);
  } finally {
    clearTimeout(timer);
  }
}
