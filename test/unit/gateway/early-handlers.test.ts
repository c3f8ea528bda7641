import { startGateway, type OwnerTools, type StartedGateway } from '../../support/start-gateway';

let started: StartedGateway;
let shop: OwnerTools;
let bank: OwnerTools;
beforeEach(async () => {
  started = await startGateway();
  shop = started.owner('shop');
  bank = started.owner('bank');
});

describe('early handlers', () => {
  it('see a request that a route of another extension serves, before it is routed', async () => {
    const seen: unknown[] = [];
    bank.router.get('/x/:id', ({ params, locals }) => ({ params, locals }));
    shop.requestHandlers.early.append((_chain, { path, route, locals }) => {
      seen.push([path, route]);
      locals.by = 'shop';
    });
    expect((await started.send('/x/1')).json()).toEqual({ params: { id: '1' }, locals: { by: 'shop' } });
    expect(seen).toEqual([['/x/1', undefined]]);
  });

  it('may answer it in its place', async () => {
    bank.router.get('/x', () => 'route');
    shop.requestHandlers.early.append((chain) => chain.respond(418, 'early'));
    expect(await started.send('/x')).toMatchObject({ status: 418, text: 'early' });
  });

  it('see requests for internal resources and those that nobody serves', async () => {
    const seen: string[] = [];
    started.gateway.internal.add((router) => router.get('/thing', () => 'internal'));
    shop.requestHandlers.early.append((_chain, { path }) => seen.push(path));
    expect((await started.send('/_backlot/thing')).text).toBe('internal');
    expect((await started.send('/none')).status).toBe(404);
    expect(seen).toEqual(['/_backlot/thing', '/none']);
  });

  it('run in order, may be async, and a throw brings the exception handlers in', async () => {
    const seen: string[] = [];
    shop.requestHandlers.early.append(async () => {
      await Promise.resolve();
      seen.push('first');
    });
    bank.requestHandlers.early.append(() => {
      seen.push('second');
      throw new Error('no');
    });
    bank.exceptionHandlers.append((chain) => chain.respond(503, 'mended'));
    shop.router.get('/x', () => seen.push('route'));
    expect(await started.send('/x')).toMatchObject({ status: 503, text: 'mended' });
    expect(seen).toEqual(['first', 'second']);
  });

  it('go with their owner', async () => {
    shop.requestHandlers.early.append((chain) => chain.respond(200, 'early'));
    expect((await started.send('/x')).status).toBe(200);
    started.gateway.withdraw('shop');
    expect((await started.send('/x')).status).toBe(404);
  });
});
