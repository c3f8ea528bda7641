import { setTimeout as delay } from 'node:timers/promises';
import type { Handler } from '../../../src/api/gateway';
import { Attribution } from '../../../src/extensions/supervise/attribution';
import type { OwnedGateway } from '../../../src/gateway/stage';
import { startGateway, type StartedGateway } from '../../support/start-gateway';

describe('whose the code of a request is', () => {
  let attribution: Attribution;
  let started: StartedGateway;
  let seen: string[];

  beforeEach(async () => {
    attribution = new Attribution();
    seen = [];
    started = await startGateway({ ownerOf: (error) => attribution.ownerOf(error) });
  });

  const extension = (name: string): OwnedGateway =>
    started.gateway.forOwner({
      name,
      bind: (run) => attribution.bind(name, run),
      tenure: attribution.tenure(name),
      assertOpen: () => undefined,
    });
  const note = (what: string): void => void seen.push(`${what}: ${attribution.current ?? 'nobody'}`);
  const noting =
    (what: string): Handler =>
    () =>
      note(what);
  const notingLater =
    (what: string): Handler =>
    async () => {
      await delay(1);
      note(what);
    };

  it('is each handler’s own extension, sync or async, in every phase', async () => {
    const [a, b] = [extension('a'), extension('b')];
    a.requestHandlers.early.append(noting('early 1'));
    b.requestHandlers.early.append(notingLater('early 2'));
    b.requestHandlers.early.append(noting('early 3'));
    a.requestHandlers.early.append(noting('early 4'));
    b.router.get('/', () => {
      note('endpoint');
      throw new Error('on purpose');
    });
    a.exceptionHandlers.append(() => note('exception 1'));
    b.exceptionHandlers.append(async () => {
      await delay(1);
      note('exception 2');
    });
    a.responseHandlers.append(noting('response 1'));
    b.responseHandlers.append(noting('response 2'));
    b.finalizers.append(noting('finalizer 1'));
    const done = new Promise<void>((resolve) => a.finalizers.append(() => resolve(note('finalizer 2'))));
    await fetch(started.url);
    await done;
    expect(seen).toEqual([
      'early 1: a',
      'early 2: b',
      'early 3: b',
      'early 4: a',
      'endpoint: b',
      'exception 1: a',
      'exception 2: b',
      'response 1: a',
      'response 2: b',
      'finalizer 1: b',
      'finalizer 2: a',
    ]);
  });

  it('stays that extension’s in what a handler leaves running', async () => {
    const [a, b] = [extension('a'), extension('b')];
    const left: Promise<void>[] = [];
    const leaves = (what: string): Handler => {
      return () => void left.push(delay(5).then(() => note(what)));
    };
    a.requestHandlers.early.append(leaves('of a'));
    b.requestHandlers.early.append(leaves('of b'));
    a.responseHandlers.append(leaves('of a, later'));
    a.router.get('/', () => 'done');
    await fetch(started.url);
    await Promise.all(left);
    expect(seen).toEqual(['of a: a', 'of b: b', 'of a, later: a']);
  });

  it('is again the listener’s own when the response handlers of others have run in the middle of it', async () => {
    const [a, b] = [extension('a'), extension('b')];
    b.responseHandlers.append(noting('response'));
    a.router.mount('/', (_request, response) => {
      response.end('done');
      note('after the end');
    });
    await fetch(started.url);
    expect(seen).toEqual(['response: b', 'after the end: a']);
  });

  it('is nobody’s for the next request on the same connection', async () => {
    const a = extension('a');
    a.requestHandlers.early.append(noting('early'));
    started.gateway.internal.add((router) => router.get('/who', () => attribution.current ?? 'nobody'));
    await fetch(started.url);
    expect(await (await fetch(`${started.url}/_backlot/who`)).text()).toBe('nobody');
  });

  it.each([
    ['at once', () => Promise.reject(new Error('on purpose'))],
    [
      'by a throw',
      () => {
        throw new Error('on purpose');
      },
    ],
    [
      'later',
      async () => {
        await delay(1);
        throw new Error('on purpose');
      },
    ],
  ])('knows who failed %s', async (_when, fail) => {
    const [a, b] = [extension('a'), extension('b')];
    a.requestHandlers.early.append(noting('early'));
    b.requestHandlers.early.append(fail);
    const answer = await fetch(started.url);
    expect(answer.status).toBe(500);
    expect(await answer.json()).toMatchObject({ error: { extension: 'b' } });
  });
});
