import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runCommand, type CommandOutcome } from '../support/run-command';
import { RunningPlatform } from '../support/run-platform';
import { temporaryDirectory } from '../support/temporary-directory';

/** An extension that keeps items, and takes a seed of them. */
const keeper = (name: string, seeds: boolean): Record<string, unknown> => ({
  [`${name}/package.json`]: { name, version: '1.2.0', backlot: { extensions: { [name]: './index.js' } } },
  [`${name}/index.js`]: `
    const { Extension } = require('backlot');
    module.exports = class Keeper extends Extension {
      name = '${name}';
      items = this.state.collection('items');
      onExtensionLoad() {
        ${seeds ? 'this.state.onSeed((data) => { for (const [key, value] of Object.entries(data)) this.items.put(key, value); });' : ''}
      }
      onPlatformStart() { this.items.put('started', true); }
      updateGatewayRoutes(router) {
        router.get('/${name}', () => Object.fromEntries(this.items.entries()));
        router.post('/${name}/:key', async ({ params, body }) => { this.items.put(params.key, await body.json()); });
      }
    };`,
});

describe('the state of a running platform', () => {
  let platform: RunningPlatform;
  let folder: string;
  const state = (...args: string[]): Promise<CommandOutcome> =>
    runCommand(['state', ...args, '--url', platform.url], { cwd: folder });
  const jsonOf = async (...args: string[]): Promise<unknown> => {
    const { code, stdout, stderr } = await state(...args, '--json');
    if (code !== 0) throw new Error(stderr);
    return JSON.parse(stdout);
  };
  const inSandbox = (sandbox?: string): Record<string, string> =>
    sandbox === undefined ? {} : { 'x-backlot-sandbox': sandbox };
  const items = async (name = 'shop', sandbox?: string): Promise<Record<string, unknown>> =>
    (await fetch(`${platform.url}/${name}`, { headers: inSandbox(sandbox) })).json() as Promise<
      Record<string, unknown>
    >;
  const put = async (key: string, value: unknown, name = 'shop', sandbox?: string): Promise<void> => {
    const body = JSON.stringify(value);
    const { status } = await fetch(`${platform.url}/${name}/${key}`, {
      method: 'POST',
      body,
      headers: inSandbox(sandbox),
    });
    expect(status).toBe(204);
  };

  beforeAll(async () => {
    folder = temporaryDirectory({
      ...keeper('shop', true),
      ...keeper('bank', false),
      'seeds/b.yaml': 'pear: { price: 3 }\n---\nplum: { price: 4 }\n',
      'seeds/a.json': '{ "apple": { "price": 2 }, "pear": "replaced", } // with a comment',
    });
    platform = await RunningPlatform.start({
      home: folder,
      extensions: [{ spec: 'file:./shop', seed: './seeds' }, 'file:./bank'],
    });
  });
  afterAll(() => platform.stop());
  beforeEach(async () => {
    await state('reset');
  });

  const SEEDED = { apple: { price: 2 }, pear: { price: 3 }, plum: { price: 4 }, started: true };

  it('is seeded, and a reset returns to the seed and to what extensions wrote when they started', async () => {
    expect(await items()).toEqual(SEEDED);
    await put('fig', 1);
    await put('ada', 1, 'bank');
    expect(await jsonOf('reset', '--extension', 'shop')).toEqual({ url: platform.url, reset: ['shop'] });
    expect([await items(), await items('bank')]).toEqual([SEEDED, { ada: 1, started: true }]);
    expect(await state('reset')).toMatchObject({ code: 0, stdout: 'reset the state of all extensions\n' });
    expect(await items('bank')).toEqual({ started: true });
  });

  it('is that of a sandbox when one is named, which begins seeded', async () => {
    await put('fig', 1, 'shop', 'w-1');
    expect(await items('shop', 'w-1')).toEqual({ ...SEEDED, fig: 1 });
    expect(await state('reset', '--sandbox', 'w-1')).toMatchObject({
      code: 0,
      stdout: 'reset the state of all extensions in the sandbox w-1\n',
    });
    expect([await items('shop', 'w-1'), await items()]).toEqual([SEEDED, SEEDED]);
    const { code, stderr } = await state('reset', '--sandbox', 'w-2');
    expect(code).toBe(1);
    expect(stderr).toContain('BACKLOT_E_SANDBOX_NOT_FOUND  there is no sandbox "w-2" (did you mean "w-1"?)');
  });

  it('is saved, listed, loaded and deleted', async () => {
    await put('fig', 1);
    expect(await state('save', 'with-fig')).toMatchObject({
      code: 0,
      stdout: 'saved the state of all extensions as with-fig\n',
    });
    await state('save', 'bank-only', '--extension', 'bank');
    await state('reset');
    expect(await state('load', 'with-fig', '--sandbox', 'w-3')).toMatchObject({ code: 0 });
    expect([await items(), await items('shop', 'w-3')]).toEqual([SEEDED, { ...SEEDED, fig: 1 }]);
    const listed = (await state('list')).stdout;
    expect(listed).toMatch(/bank-only +\S+ +bank \(only\)\nwith-fig +\S+ +bank, shop|with-fig +\S+ +shop, bank/);
    expect(await jsonOf('list', '--extension', 'shop')).toMatchObject({
      snapshots: [{ name: 'with-fig', partial: false }],
    });
    const { code, stderr } = await state('load', 'with-figs');
    expect(code).toBe(1);
    expect(stderr).toContain('there is no snapshot "with-figs" (did you mean "with-fig"?)');
    expect(await state('delete', 'with-fig')).toMatchObject({ code: 0, stdout: 'deleted the snapshot with-fig\n' });
    expect((await state('delete', 'with-fig')).stderr).toContain('BACKLOT_E_STATE_SNAPSHOT_NOT_FOUND');
    await state('delete', 'bank-only');
    expect((await state('list')).stdout).toBe(`the Backlot at ${platform.url} has no snapshots\n`);
  });

  it('goes to a file and comes back, whole, in part, or as a snapshot', async () => {
    await put('fig', 'grüße');
    await put('ada', 5, 'bank');
    expect(await jsonOf('export', 'all.gz')).toMatchObject({ file: path.join(folder, 'all.gz') });
    expect((await state('export', 'bank.gz', '--extension', 'bank')).code).toBe(0);
    await state('reset');
    await put('new', 1);
    expect((await state('import', 'bank.gz')).stdout).toBe('imported 2 values of bank from bank.gz\n');
    expect([await items('bank'), await items()]).toEqual([
      { ada: 5, started: true },
      { ...SEEDED, new: 1 },
    ]);
    expect(await jsonOf('import', 'all.gz')).toMatchObject({
      imported: {
        records: 7,
        extensions: expect.arrayContaining([{ name: 'shop', version: '1.2.0' }]) as unknown,
      },
    });
    expect(await items()).toEqual({ ...SEEDED, fig: 'grüße' });
    await state('reset');
    expect((await state('import', 'all.gz', '--extension', 'shop', '--sandbox', 'w-4')).code).toBe(0);
    expect([await items('shop', 'w-4'), await items('bank', 'w-4')]).toEqual([
      { ...SEEDED, fig: 'grüße' },
      { started: true },
    ]);
    expect((await state('import', 'all.gz', '--snapshot', 'taken')).stdout).toBe('imported all.gz as taken\n');
    expect(await items()).toEqual(SEEDED);
    expect((await state('export', 'again.gz', '--snapshot', 'taken')).code).toBe(0);
    await state('load', 'taken');
    expect(await items()).toEqual({ ...SEEDED, fig: 'grüße' });
    await state('delete', 'taken');
  });

  it('stays as it is when a file cannot be imported, and the message names the file', async () => {
    await put('fig', 1);
    await state('export', 'whole.gz');
    const whole = readFileSync(path.join(folder, 'whole.gz'));
    writeFileSync(path.join(folder, 'short.gz'), whole.subarray(0, whole.length - 20));
    writeFileSync(path.join(folder, 'none.gz'), '{}');
    await put('fig', 2);
    for (const [file, code] of [
      ['short.gz', 'BACKLOT_E_STATE_FILE_TRUNCATED'],
      ['none.gz', 'BACKLOT_E_STATE_FILE_INVALID'],
      ['missing.gz', 'BACKLOT_E_STATE_FILE_UNREADABLE'],
    ] as const) {
      const outcome = await state('import', file);
      expect(outcome.code).toBe(1);
      expect(outcome.stderr).toContain(code);
      expect(outcome.stderr).toContain(path.join(folder, file));
    }
    expect((await items()).fig).toBe(2);
    const refused = await state('export', 'no-folder/x.gz');
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('BACKLOT_E_STATE_FILE_UNREADABLE')]);
    expect((await state('reset', '--extension', 'shopp')).stderr).toContain('did you mean "shop"?');
  });

  it('is asked for with commands that explain themselves', async () => {
    const { code, stdout } = await runCommand(['state', 'load', '--help'], { cwd: folder });
    expect(code).toBe(0);
    expect(stdout).toContain('$ backlot state load with-customers');
    expect((await runCommand(['state', 'save'], { cwd: folder })).code).toBe(2);
    const nowhere = await runCommand(['state', 'reset', '--url', 'http://127.0.0.1:9'], { cwd: folder });
    expect([nowhere.code, nowhere.stderr]).toEqual([1, expect.stringContaining('BACKLOT_E_LIVE_FAILED')]);
  });
});

describe('a seed', () => {
  it('fills only a fresh state when states are kept', async () => {
    const home = temporaryDirectory({ ...keeper('shop', true), 'seed.json': { apple: 1 } });
    const options = {
      home,
      extensions: [{ spec: 'file:./shop', seed: 'seed.json' }],
      environment: { PERSISTENCE: '1' },
    };
    const first = await RunningPlatform.start(options);
    try {
      expect(await first.json('/shop')).toEqual({ apple: 1, started: true });
      await fetch(`${first.url}/shop/apple`, { method: 'POST', body: '2' });
    } finally {
      await first.stop();
    }
    writeFileSync(path.join(home, 'seed.json'), '{ "apple": 3 }');
    const second = await RunningPlatform.start(options);
    try {
      expect(await second.json('/shop')).toEqual({ apple: 2, started: true });
      await fetch(`${second.url}/_backlot/state/reset`, { method: 'POST' });
      expect(await second.json('/shop')).toEqual({ apple: 1, started: true });
    } finally {
      await second.stop();
    }
  });

  it('is read again when its extension is reloaded; a changed one begins the state anew', async () => {
    const home = temporaryDirectory({ ...keeper('shop', true), 'seed.yaml': 'apple: 1' });
    const platform = await RunningPlatform.start({ home, extensions: [{ spec: 'file:./shop', seed: 'seed.yaml' }] });
    const reload = async (): Promise<unknown> => {
      const answer = await fetch(`${platform.url}/_backlot/extensions/shop/reload`, { method: 'POST' });
      const lines = (await answer.text()).trim().split('\n');
      const { error } = JSON.parse(lines.at(-1) ?? '') as { error?: { code: string; message: string } };
      return error ? `${error.code} ${error.message}` : answer.status;
    };
    try {
      await fetch(`${platform.url}/shop/fig`, { method: 'POST', body: '1' });
      expect(await reload()).toBe(200);
      expect(await platform.json('/shop')).toEqual({ apple: 1, fig: 1, started: true });
      writeFileSync(path.join(home, 'seed.yaml'), 'apple: [');
      expect(await reload()).toMatch(/^BACKLOT_E_SEED_SYNTAX the seed seed.yaml: /);
      expect(await platform.json('/shop')).toEqual({ apple: 1, fig: 1, started: true });
      writeFileSync(path.join(home, 'seed.yaml'), 'apple: 2');
      expect(await reload()).toBe(200);
      expect(await platform.json('/shop')).toEqual({ apple: 2, started: true });
    } finally {
      await platform.stop();
    }
  });

  it('that is wrong fails its extension alone, with the place in the file', async () => {
    const home = temporaryDirectory({
      ...keeper('shop', true),
      ...keeper('bank', false),
      'bad.yaml': 'apple: 1\napple: 2\n',
    });
    const platform = await RunningPlatform.start({
      home,
      extensions: [
        { spec: 'file:./shop', seed: 'bad.yaml' },
        { spec: 'file:./bank', seed: 'missing.json' },
      ],
    });
    try {
      expect(platform.output).toContain('BACKLOT_E_SEED_SYNTAX');
      expect(platform.output).toContain(`${path.join(home, 'bad.yaml')}:2:1`);
      expect(platform.output).toContain(`the seed ${path.join(home, 'missing.json')} is not there`);
      expect(platform.output).toMatch(/where: \S+extensions\.json:\d+:\d+, extension bank/);
    } finally {
      await platform.stop();
    }
  });
});
