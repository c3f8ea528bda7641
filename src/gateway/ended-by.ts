/** What an iterator gives until a signal is aborted; then it is told to return, whatever it still waits for. */
export function endedBy<T>(signal: AbortSignal, whole: AsyncIterator<T, undefined>): AsyncIterator<T, undefined> {
  const done = { done: true, value: undefined } as const;
  let end: () => void = () => undefined;
  const ended = new Promise<typeof done>((resolve) => {
    end = () => {
      resolve(done);
      // What it was about to give, or to throw, is of no use to anybody any more.
      leave().catch(() => undefined);
    };
  });
  const leave = async (): Promise<IteratorResult<T, undefined>> => {
    signal.removeEventListener('abort', end);
    await whole.return?.();
    return done;
  };
  if (signal.aborted) end();
  else signal.addEventListener('abort', end);
  return {
    next: async () => {
      const coming = whole.next();
      coming.catch(() => undefined);
      const result = await Promise.race([coming, ended]);
      if (result.done) signal.removeEventListener('abort', end);
      return result;
    },
    return: leave,
  };
}
