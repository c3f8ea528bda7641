import { TimerQueue, type QueuedTimer } from '../../../../src/state/clock/timer-queue';

describe('the queue of timers', () => {
  it('has the one that is due first, and of those that are due together the one that was made first', () => {
    const queue = new TimerQueue<QueuedTimer>();
    const timers = [30, 10, 20, 10, 30].map((due, order) => ({ due, order }));
    for (const timer of timers) queue.add(timer);
    const taken: number[] = [];
    for (let first = queue.first; first; first = queue.first) {
      taken.push(first.order);
      queue.remove(first);
    }
    expect(taken).toEqual([1, 3, 2, 0, 4]);
  });

  it('takes out what is in it, once', () => {
    const queue = new TimerQueue<QueuedTimer>();
    const [one, other] = [
      { due: 1, order: 1 },
      { due: 1, order: 2 },
    ];
    queue.add(one);
    expect(queue.remove(other)).toBe(false);
    expect(queue.remove(one)).toBe(true);
    expect(queue.remove(one)).toBe(false);
    expect(queue.first).toBeUndefined();
  });
});
