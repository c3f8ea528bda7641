import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ContainerDetails, ContainerEngine } from '../../../../src/engine/engine';
import { isDead, newSession, parseSession, type Session } from '../../../../src/extensions/containers/session';

/** An engine that knows one container, which runs. */
const engine = {
  inspectContainer: (id: string) => Promise.resolve(id === 'runs' ? { id, running: true } : undefined),
} as unknown as ContainerEngine;
const inContainer = (id: string): Session => newSession({ id } as ContainerDetails);

describe('the session of a platform', () => {
  const self = newSession(undefined);

  it('is read from what it was written as, and from nothing else', () => {
    expect(parseSession(JSON.stringify(self))).toEqual(self);
    for (const label of [undefined, '', '{}', 'null', '"x"', '{"id":1}']) expect(parseSession(label)).toBeUndefined();
  });

  it('lives as long as its process does', async () => {
    expect(await isDead(self, self, engine)).toBe(false);
    expect(await isDead(newSession(undefined), self, engine)).toBe(false);
    const child = spawn('true');
    await once(child, 'exit');
    expect(await isDead({ ...self, id: 'other', pid: child.pid ?? 0 }, self, engine)).toBe(true);
  });

  it('is over when its number belongs to another process now, or the machine was started anew', async () => {
    expect(await isDead({ ...self, id: 'other', started: '1' }, self, engine)).toBe(true);
    expect(await isDead({ ...self, id: 'other', boot: 'before' }, self, engine)).toBe(true);
  });

  it('lives where that cannot be told: on another machine, or with process numbers of its own', async () => {
    const unknown = { ...self, id: 'other', pid: 1, started: '1' };
    expect(await isDead({ ...unknown, machine: 'elsewhere' }, self, engine)).toBe(false);
    expect(await isDead({ ...unknown, space: 'pid:[1]' }, self, engine)).toBe(false);
  });

  it('in a container is over when the container is, or when another platform runs in it', async () => {
    expect(await isDead(inContainer('runs'), self, engine)).toBe(false);
    expect(await isDead(inContainer('gone'), self, engine)).toBe(true);
    expect(await isDead({ ...inContainer('runs'), space: 'pid:[1]' }, inContainer('runs'), engine)).toBe(true);
    expect(await isDead({ ...inContainer('runs'), started: '1' }, inContainer('runs'), engine)).toBe(true);
  });
});
