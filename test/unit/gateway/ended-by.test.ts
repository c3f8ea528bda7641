import { endedBy } from '../../../src/gateway/ended-by';

describe('an iterator that a signal ends', () => {
  it('is done as soon as the signal is aborted, and told to return', async () => {
    const abort = new AbortController();
    const left: string[] = [];
    const source = (async function* () {
      try {
        yield 1;
        await new Promise((resolve) => abort.signal.addEventListener('abort', resolve));
        yield 2;
      } finally {
        left.push('left');
      }
    })();
    const iterator = endedBy(abort.signal, source as AsyncIterator<number, undefined>);
    expect(await iterator.next()).toEqual({ done: false, value: 1 });
    const last = iterator.next();
    abort.abort();
    expect(await last).toEqual({ done: true, value: undefined });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(left).toEqual(['left']);
  });

  it('gives all that there is, and what it throws, while the signal is not', async () => {
    const whole = (async function* () {
      yield* [1, 2];
      await Promise.reject(new Error('broken'));
    })();
    const iterator = endedBy(new AbortController().signal, whole as AsyncIterator<number, undefined>);
    expect([await iterator.next(), await iterator.next()].map(({ value }) => value as number)).toEqual([1, 2]);
    await expect(iterator.next()).rejects.toThrow('broken');
  });
});
