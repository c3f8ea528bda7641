import { createServer } from 'node:http';
import * as v from 'valibot';
import { Extension, type Router } from '../../../src/api';
import { createTestPlatform, type TestPlatform, type TestPlatformOptions } from '../../../src/testing';
import { temporaryDirectory } from '../../support/temporary-directory';

const Seed = v.record(v.string(), v.pipe(v.number(), v.transform(String)));

class Shop extends Extension {
  static override readonly seed = Seed;
  readonly name = 'shop';
  readonly items = this.state.collection<unknown>('items');

  override onExtensionLoad(): void {
    this.state.onSeed((data) => {
      for (const [key, value] of Object.entries(data as v.InferOutput<typeof Seed>)) {
        this.items.put(key, value);
        if (key === 'refused') throw new Error('not this one');
      }
    });
  }

  override updateGatewayRoutes(router: Router): void {
    router.get('/items', () => Object.fromEntries(this.items.entries()));
    router.post('/items/:key', async ({ params, body }) => this.items.put(params.key, await body.json()));
    router.get('/time', () => this.clock.iso());
    router.get('/id', () => this.ids.next('item'));
    router.post(
      '/later/:key',
      ({ params }) => void this.clock.setTimeout(() => this.items.put(params.key, 'late'), 1000),
    );
    router.post('/hook', async ({ body }) => this.webhooks.send({ url: await body.text() }, { hello: 1 }).id);
  }
}

class Plain extends Extension {
  readonly name = 'plain';
}

describe('the state of a test platform', () => {
  let test: TestPlatform;
  const start = async (options: TestPlatformOptions = {}): Promise<TestPlatform> =>
    (test = await createTestPlatform({ extensions: [Shop, Plain], ...options }));
  const items = async (of: Pick<TestPlatform, 'fetch'> = test): Promise<unknown> => (await of.fetch('/items')).json();
  const put = (key: string, value: unknown, of: Pick<TestPlatform, 'fetch'> = test): Promise<Response> =>
    of.fetch(`/items/${key}`, { method: 'POST', body: JSON.stringify(value) });
  afterEach(() => test.close());

  it('is seeded, reset, saved and loaded', async () => {
    await start({ seed: { shop: `${temporaryDirectory({ 'seed.json': { apple: 1 } })}/seed.json` } });
    expect(await items()).toEqual({ apple: '1' });
    await put('fig', 2);
    test.state.save('with-fig');
    await test.state.reset();
    expect(await items()).toEqual({ apple: '1' });
    await test.state.load('with-fig');
    expect(await items()).toEqual({ apple: '1', fig: 2 });
    await expect(test.state.reset({ extensions: ['shopp'] })).rejects.toThrow('did you mean "shop"?');
    await expect(test.state.load('with-figs')).rejects.toThrow('did you mean "with-fig"?');
  });

  it('is exported and imported', async () => {
    await start();
    await put('fig', 2);
    const file = await test.state.export();
    await test.state.reset();
    await test.state.import(file);
    expect(await items()).toEqual({ fig: 2 });
    await expect(test.state.import(file.subarray(9))).rejects.toMatchObject({ code: 'BACKLOT_E_STATE_FILE_INVALID' });
  });

  it('is another one in each sandbox', async () => {
    await start();
    await put('fig', 1);
    test.state.save('with-fig');
    const [one, two] = [test.sandbox('one', { from: 'with-fig' }), test.sandbox('two')];
    await put('pear', 2, two);
    expect([await items(one), await items(two)]).toEqual([{ fig: 1 }, { pear: 2 }]);
    expect(await (await test.fetch('/items', { host: new URL(two.url).host })).json()).toEqual({ pear: 2 });
    expect(await (await test.fetch('/items', { headers: one.headers })).json()).toEqual({ fig: 1 });
    await one.state.reset();
    await two.state.load('with-fig');
    expect([await items(one), await items(two), await items()]).toEqual([{ fig: 1 }, { fig: 1 }, { fig: 1 }]);
    expect(() => test.sandbox('two', { from: 'with-fig' })).toThrow('is there already');
    await two.delete();
    expect(() => two.clock.now()).toThrow(expect.objectContaining({ code: 'BACKLOT_E_SANDBOX_NOT_FOUND' }) as Error);
  });

  it('has a clock and identifiers that repeat', async () => {
    await start();
    const options = { ids: { seed: 'x' }, clock: { now: Date.parse('2030-01-01T00:00:00Z'), frozen: true } };
    const [one, two] = [test.sandbox('one', options), test.sandbox('two', options)];
    expect(await (await one.fetch('/id')).text()).toBe(await (await two.fetch('/id')).text());
    await one.fetch('/later/pear', { method: 'POST' });
    expect(await one.clock.advance('1s')).toBe(1);
    expect(await (await one.fetch('/time')).text()).toBe('2030-01-01T00:00:01.000Z');
    expect([await items(one), await items(two)]).toEqual([{ pear: 'late' }, {}]);
    test.clock.freeze('2031-01-01T00:00:00Z');
    expect(test.clock.isFrozen).toBe(true);
    expect(await (await test.fetch('/time')).text()).toBe('2031-01-01T00:00:00.000Z');
    test.clock.set(new Date(0));
    test.clock.unfreeze();
    test.clock.showRealTime();
    expect(Math.abs(test.clock.now() - Date.now())).toBeLessThan(1000);
  });

  it('has webhooks that can be awaited', async () => {
    await start();
    let got = 0;
    const server = createServer((_request, response) => {
      got += 1;
      response.end();
    }).listen(0, '127.0.0.1');
    try {
      await new Promise((resolve) => server.once('listening', resolve));
      const { port } = server.address() as { port: number };
      await test.fetch('/hook', { method: 'POST', body: `http://127.0.0.1:${port}/` });
      expect(await test.webhooks.drain()).toEqual({ failed: [], waiting: [] });
      expect(got).toBe(1);
      expect(test.webhooks.list()).toMatchObject([{ extension: 'shop', state: 'delivered' }]);
      expect(test.sandbox('other').webhooks.list()).toEqual([]);
    } finally {
      server.close();
    }
  });
});

describe('a seed is refused', () => {
  const refusal = async (content: string, options: TestPlatformOptions = {}): Promise<unknown> => {
    const folder = temporaryDirectory({ 'seed.yaml': content });
    const seed = { [options.extensions ? 'plain' : 'shop']: `${folder}/seed.yaml` };
    const started = createTestPlatform({ extensions: [Shop], seed, ...options });
    return started.then(
      (test) => test.close(),
      (error: unknown) => error,
    );
  };

  it('by the schema of its extension, with the path and the place', async () => {
    expect(await refusal('apple: 1\npear: two\n')).toMatchObject({
      code: 'BACKLOT_E_SEED_INVALID',
      message: expect.stringMatching(/^the seed seed\.yaml of shop: pear: /) as unknown,
      where: { line: 2, column: 7, extension: 'shop' },
    });
  });

  it('by what the extension throws', async () => {
    expect(await refusal('refused: 1')).toMatchObject({
      code: 'BACKLOT_E_SEED_INVALID',
      message: 'shop refused its seed seed.yaml: not this one',
    });
  });

  it('by an extension that takes none', async () => {
    expect(await refusal('a: 1', { extensions: [Plain] })).toMatchObject({ code: 'BACKLOT_E_SEED_UNWANTED' });
  });

  it('when it is given for an extension that is not there', async () => {
    await expect(createTestPlatform({ extensions: [Shop], seed: { shopp: 'x' } })).rejects.toThrow(
      '"seed" is given for "shopp" (did you mean "shop"?)',
    );
  });
});
