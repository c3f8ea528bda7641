import { AsyncResource } from 'node:async_hooks';
import { once, EventEmitter } from 'node:events';
import { createServer, connect, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Trail } from '../../../../src/extensions/supervise/trail';

describe('a trail', () => {
  const trail = new Trail<string>();

  /** Runs a function while a value is in place, as the one who enters does: it is gone when the function returns. */
  function within<T>(value: string, run: () => T): T {
    const { mark } = trail;
    trail.set(value);
    try {
      return run();
    } finally {
      trail.restore(mark);
    }
  }

  /** What the value is in a callback that is started while one is in place. */
  function seenBy(start: (callback: () => void) => void): Promise<string | undefined> {
    return new Promise((resolve) => within('a', () => start(() => resolve(trail.value))));
  }

  it('has no value where nobody put one', () => {
    expect(trail.value).toBeUndefined();
  });

  it('has the innermost value, and the outer one again after it', () => {
    const seen = within('a', () => [trail.value, within('b', () => trail.value), trail.value]);
    expect([...seen, trail.value]).toEqual(['a', 'b', 'a', undefined]);
  });

  it.each<[string, (callback: () => void) => void]>([
    ['a timer', (callback) => setTimeout(callback, 1)],
    ['an immediate', (callback) => setImmediate(callback)],
    ['a tick', (callback) => process.nextTick(callback)],
    ['a microtask', (callback) => queueMicrotask(callback)],
    ['a promise', (callback) => void Promise.resolve().then(callback)],
    ['a promise that fails', (callback) => void Promise.reject(new Error('on purpose')).catch(callback)],
    ['code behind await', (callback) => void (async () => (await delay(1), callback()))()],
    ['a thenable', (callback) => void (async () => (await { then: (done: () => void) => done() }, callback()))()],
    ['a socket', (callback) => connect(1, '127.0.0.1').on('error', callback)],
    ['fetch', (callback) => void fetch('http://127.0.0.1:1').catch(callback)],
  ])('goes on into %s', async (_what, start) => {
    expect(await seenBy(start)).toBe('a');
    expect(trail.value).toBeUndefined();
  });

  it('is, in a callback, what it was when that was started, whatever has been put in place since', async () => {
    const seen: (string | undefined)[] = [];
    const leave = async (): Promise<void> => {
      await delay(1);
      seen.push(trail.value);
      within('c', () => seen.push(trail.value));
      await delay(1);
      seen.push(trail.value);
    };
    await Promise.all([within('a', leave), within('b', leave)]);
    expect(seen).toEqual(['a', 'c', 'b', 'c', 'a', 'b']);
  });

  it('is that of the resource in code that was bound to another one, and then what it was', () => {
    const bound = within('b', () => AsyncResource.bind(() => trail.value));
    expect(within('a', () => [bound(), trail.value])).toEqual(['b', 'a']);
    expect(within('a', () => AsyncResource.bind(() => within('c', () => trail.value))())).toBe('c');
  });

  it('is that of who emits, in listeners', () => {
    const emitter = new EventEmitter();
    const seen: (string | undefined)[] = [];
    within('a', () => emitter.on('event', () => seen.push(trail.value)));
    within('b', () => emitter.emit('event'));
    expect(seen).toEqual(['b']);
  });

  it('does not go from one connection of a server to the next', async () => {
    const seen: (string | undefined)[] = [];
    const server = createServer((socket) => {
      seen.push(trail.value);
      within('a', () => socket.end());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    for (let n = 0; n < 3; n++) {
      await once(connect((server.address() as AddressInfo).port, '127.0.0.1').resume(), 'close');
    }
    server.close();
    expect(seen).toEqual([undefined, undefined, undefined]);
  });

  it('knows nothing of another one', () => {
    const other = new Trail<string>();
    within('a', () => other.set('b'));
    expect([trail.value, other.value]).toEqual([undefined, 'b']);
    other.restore(undefined);
  });
});
