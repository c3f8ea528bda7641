import type { Router } from '../../../../src/api/gateway';
import { startGateway, type StartedGateway } from '../../../support/start-gateway';

let started: StartedGateway;
let router: Router;

beforeEach(async () => {
  started = await startGateway();
  router = started.owner('shop').router;
});

async function textOf(path: string, host = 'localhost'): Promise<string> {
  return (await started.send(path, { headers: { host } })).text;
}

describe('a port in the host', () => {
  it('is compared with the one in the Host header; a host without one takes any', async () => {
    router.withHost('api.localhost').get('/', () => 'any port');
    router.withHost('API.localhost:4566').get('/', () => 'ours');
    expect(await textOf('/', 'api.localhost:4566')).toBe('ours');
    expect(await textOf('/', 'api.localhost:80')).toBe('any port');
    expect(await textOf('/', 'api.localhost')).toBe('any port');
  });

  it('goes with a wildcard and with an IPv6 address', async () => {
    router.withHost('*.localhost:4566').get('/', () => 'wild');
    router.withHost('[::1]:4566').get('/', () => 'six');
    router.withHost('[::1]').get('/', () => 'any six');
    expect(await textOf('/', 'a.localhost:4566')).toBe('wild');
    expect(await textOf('/', '[::1]:4566')).toBe('six');
    expect(await textOf('/', '[::1]')).toBe('any six');
    expect((await started.send('/', { headers: { host: 'a.localhost:1' } })).status).toBe(404);
  });

  it('does not make a less exact name go first', async () => {
    router.withHost('*.localhost:4566').get('/', () => 'wild');
    router.withHost('a.localhost').get('/', () => 'exact');
    expect(await textOf('/', 'a.localhost:4566')).toBe('exact');
  });

  it('is followed when rules of a host come and go', async () => {
    const route = router.withHost('a.test:1').get('/', () => 'one');
    router.get('/', () => 'any');
    expect(await textOf('/', 'a.test:1')).toBe('one');
    router.remove(route);
    expect(await textOf('/', 'a.test:1')).toBe('any');
    router.withHost('*.test').get('/', () => 'wild');
    expect(await textOf('/', 'a.test:1')).toBe('wild');
  });

  it('is not looked for in names that are longer than names can be', async () => {
    router.withHost('*.test').get('/', () => 'wild');
    router.get('/', () => 'any');
    expect(await textOf('/', `${'a.'.repeat(5000)}test`)).toBe('any');
  });
});

describe('withPriority', () => {
  it('wins over every host and path of a lower priority', async () => {
    router.withHost('a.test:1').get('/exact', () => 'exact');
    router.withPriority(1).all('*', () => 'first');
    expect(await textOf('/exact', 'a.test:1')).toBe('first');
  });

  it('loses below 0, and leaves what it does not serve to the others', async () => {
    router.withPriority(-1).get('/x', () => 'last');
    router.get('/*', () => 'rest');
    router.withPriority(5).post('/x', () => 'posted');
    expect(await textOf('/x')).toBe('rest');
    expect((await started.send('/x', { method: 'POST' })).text).toBe('posted');
  });

  it('combines with hosts and prefixes, is listed, and is no conflict with another priority', async () => {
    const mine = router
      .withHost('a.test')
      .withPriority(2)
      .submount('/v1')
      .get('/x', () => 'two');
    started
      .owner('bank')
      .router.withHost('a.test')
      .get('/v1/x', () => 'zero');
    expect(mine).toMatchObject({ priority: 2, host: 'a.test', path: '/v1/x' });
    expect(await textOf('/v1/x', 'a.test')).toBe('two');
    expect(() =>
      started
        .owner('bank')
        .router.withHost('a.test')
        .withPriority(2)
        .get('/v1/x', () => 1),
    ).toThrow('bank adds the route GET a.test/v1/x, which shop has');
  });

  it.each([1.5, NaN, Infinity, '1' as never])('refuses %p', (priority) => {
    expect(() => router.withPriority(priority)).toThrow('not a whole number');
  });
});

describe('many rules', () => {
  it('are found and withdrawn, and leave nothing behind', async () => {
    const other = started.owner('other').router;
    for (let n = 0; n < 1000; n++) {
      router.get(`/s${n}/:id`, ({ params }) => `${n} ${params.id}`);
      other.withHost(`h${n % 10}.test`).get(`/s${n}`, () => `other ${n}`);
    }
    expect(await textOf('/s999/x')).toBe('999 x');
    expect(await textOf('/s13', 'h3.test')).toBe('other 13');
    started.gateway.withdraw('shop');
    expect(started.gateway.routes()).toHaveLength(1000);
    expect((await started.send('/s999/x')).status).toBe(404);
    expect(await textOf('/s13', 'h3.test')).toBe('other 13');
  });

  it('are listed in the order in which they were added, over all hosts', () => {
    router.withHost('b.test').get('/1', () => 1);
    router.get('/2', () => 1);
    router.withPriority(9).get('/3', () => 1);
    expect(started.gateway.routes().map(({ path }) => path)).toEqual(['/1', '/2', '/3']);
  });
});
