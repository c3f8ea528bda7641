import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { Extension, HttpError, type Handlers, type Router } from '../../../src/api';
import { createTestPlatform, type TestPlatform, type TestPlatformOptions } from '../../../src/testing';

const Config = v.strictObject({ greeting: v.optional(v.pipe(v.string(), v.minLength(1)), 'hello') });

class Hello extends Extension<typeof Config> {
  static override readonly config = Config;
  readonly name = 'hello';
  readonly hooks: string[] = [];

  get folder(): string {
    return this.dataDirectory;
  }

  override onExtensionLoad(): void {
    this.hooks.push('onExtensionLoad');
  }

  override onPlatformStart(): void {
    this.hooks.push('onPlatformStart');
  }

  override updateGatewayRoutes(router: Router): void {
    this.hooks.push('updateGatewayRoutes');
    router.get('/hello/:who', ({ params }) => ({ message: `${this.config.greeting}, ${params.who}` }));
    router
      .withHost('hello.localhost')
      .all('/*', ({ request }) => ({ method: request.method, host: request.headers.host }));
    router.post('/echo', async ({ request }) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    });
    router.get('/away', ({ response }) => void response.redirect('http://hello.localhost/there'));
    router.get('/broken', () => {
      throw new Error('it broke');
    });
    router.get('/missing', () => {
      throw new HttpError(404, 'not here');
    });
    router.get('/log', () => {
      this.log.info('Ready to log');
      return null;
    });
  }

  override updateResponseHandlers(handlers: Handlers): void {
    this.hooks.push('updateResponseHandlers');
    handlers.append((_chain, _context, response) => response.setHeader('x-hello', '1'));
  }

  override async onPlatformReady(): Promise<void> {
    await sleep(1);
    this.hooks.push(`onPlatformReady ${(await fetch(`${this.platform.url}/hello/me`)).status}`);
  }

  override onPlatformShutdown(): void {
    this.hooks.push('onPlatformShutdown');
  }
}

const open: TestPlatform[] = [];
async function start(options?: TestPlatformOptions): Promise<TestPlatform> {
  const platform = await createTestPlatform(options);
  open.push(platform);
  return platform;
}
afterEach(async () => {
  await Promise.allSettled(open.splice(0).map((platform) => platform.close()));
});

describe('a test platform', () => {
  it('serves the routes and handlers of the extensions when the promise resolves', async () => {
    const platform = await start({ extensions: [Hello] });
    const answer = await platform.fetch('/hello/ada');
    expect(await answer.json()).toEqual({ message: 'hello, ada' });
    expect(answer.headers.get('x-hello')).toBe('1');
    expect(platform.url).toBe(`http://127.0.0.1:${platform.port}`);
    expect((await fetch(`${platform.url}/hello/ada`)).status).toBe(200);
    expect((await platform.fetch('/_backlot/health')).status).toBe(200);
  });

  it('has called every hook in the documented order, onPlatformReady with an open port', async () => {
    const platform = await start({ extensions: [Hello] });
    const { hooks } = platform.extension(Hello);
    expect(hooks).toEqual([
      'onExtensionLoad',
      'onPlatformStart',
      'updateGatewayRoutes',
      'updateResponseHandlers',
      'onPlatformReady 200',
    ]);
    await platform.close();
    expect(hooks.at(-1)).toBe('onPlatformShutdown');
  });

  it('validates the configuration with the schema of the extension', async () => {
    const platform = await start({ extensions: [Hello], config: { hello: { greeting: 'hi' } } });
    expect(await (await platform.fetch('/hello/ada')).json()).toEqual({ message: 'hi, ada' });
    const own = await start({ extensions: [{ extension: Hello, config: { greeting: 'hey' } }] });
    expect(await (await own.fetch('/hello/ada')).json()).toEqual({ message: 'hey, ada' });
    await expect(start({ extensions: [Hello], config: { hello: { greeting: '' } } })).rejects.toMatchObject({
      code: 'BACKLOT_E_CONFIG_INVALID',
      message: expect.stringContaining('greeting') as string,
    });
    await expect(start({ extensions: [Hello], config: { helo: {} } })).rejects.toMatchObject({
      code: 'BACKLOT_E_NAME_UNKNOWN',
      message: expect.stringContaining('did you mean "hello"?') as string,
    });
  });

  it('reaches routes of a host, by a URL, an option or a header', async () => {
    const platform = await start({ extensions: [Hello] });
    const host = `hello.localhost:${platform.port}`;
    expect(await (await platform.fetch('http://hello.localhost/ada')).json()).toEqual({ method: 'GET', host });
    const byOption = await platform.fetch('/x', { host: 'hello.localhost', method: 'PUT', body: '1' });
    expect(await byOption.json()).toEqual({ method: 'PUT', host });
    const byHeader = await platform.fetch('/x', { headers: { host: 'hello.localhost:80' } });
    expect(byHeader.status).toBe(200);
  });

  it('sends bodies of every kind, and follows redirects within itself', async () => {
    const platform = await start({ extensions: [Hello] });
    const echo = async (body: RequestInit['body']): Promise<string> =>
      (await platform.fetch('/echo', { method: 'POST', body })).text();
    expect(await echo('text')).toBe('text');
    expect(await echo(new URLSearchParams({ a: '1' }))).toBe('a=1');
    expect(await echo(new Blob(['blob']))).toBe('blob');
    expect(await echo(new ReadableStream({ start: (c) => (c.enqueue(Buffer.from('s')), c.close()) }))).toBe('s');
    expect((await platform.fetch('/away')).status).toBe(200);
    const manual = await platform.fetch('/away', { redirect: 'manual' });
    expect([manual.status, manual.headers.get('location')]).toEqual([302, 'http://hello.localhost/there']);
    const head = await platform.fetch('/hello/ada', { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    await expect(platform.fetch('/hello/ada', { signal: AbortSignal.abort() })).rejects.toThrow();
  });

  it('gives the instances, the routes and the log, and prints nothing', async () => {
    const written = jest.spyOn(process.stdout, 'write');
    const platform = await start({ extensions: [Hello] });
    await platform.fetch('/log');
    expect(platform.extensions).toEqual([platform.extension('hello')]);
    expect(() => platform.extension('helo')).toThrow('did you mean "hello"?');
    expect(platform.routes()).toContainEqual(expect.objectContaining({ path: '/hello/:who', owner: 'hello' }));
    expect(platform.logs).toContainEqual(
      expect.objectContaining({ level: 'info', extension: 'hello', message: 'Ready to log' }),
    );
    expect(written).not.toHaveBeenCalled();
    written.mockRestore();
  });

  it('collects what handlers throw, with its cause, and nothing that is an answer', async () => {
    const platform = await start({ extensions: [Hello] });
    expect((await platform.fetch('/missing')).status).toBe(404);
    expect(platform.errors).toEqual([]);
    expect((await platform.fetch('/broken')).status).toBe(500);
    expect(platform.errors).toMatchObject([
      { code: 'BACKLOT_E_HANDLER_FAILED', where: { extension: 'hello' }, cause: { message: 'it broke' } },
    ]);
    await platform.close();
  });

  it('can be had several times at once, each with data of its own, which closing removes', async () => {
    const [one, two] = await Promise.all([start({ extensions: [Hello] }), start({ extensions: [Hello] })]);
    const folders = [one, two].map((platform) => platform.extension(Hello).folder);
    expect(new Set(folders).size).toBe(2);
    expect(folders.every((folder) => existsSync(folder))).toBe(true);
    await one.close();
    await one.close();
    await expect(one.fetch('/hello/ada')).rejects.toThrow();
    expect((await two.fetch('/hello/ada')).status).toBe(200);
    await two[Symbol.asyncDispose]();
    expect(folders.some((folder) => existsSync(folder))).toBe(false);
  });

  it('leaves no listener on the process', async () => {
    const count = (): number[] =>
      ['uncaughtException', 'unhandledRejection', 'uncaughtExceptionMonitor', 'exit', 'SIGTERM'].map((event) =>
        process.listenerCount(event),
      );
    const before = count();
    await (await start({ extensions: [Hello] })).close();
    expect(count()).toEqual(before);
  });
});

describe('a test platform whose extension fails', () => {
  class Failing extends Extension {
    readonly name = 'failing';
    override onPlatformStart(): void {
      throw new Error('no start');
    }
  }
  let closed = 0;
  class Counting extends Extension {
    readonly name = 'counting';
    override onPlatformShutdown(): void {
      closed++;
    }
  }

  it('rejects with its error, and closes what was started', async () => {
    closed = 0;
    await expect(start({ extensions: [Counting, Failing] })).rejects.toMatchObject({
      code: 'BACKLOT_E_HOOK_FAILED',
      where: { extension: 'failing', hook: 'onPlatformStart' },
      cause: { message: 'no start' },
    });
    expect(closed).toBe(1);
  });

  it('rejects for two of one name, for a class that is no extension, and for a hook that takes too long', async () => {
    await expect(start({ extensions: [Counting, Counting] })).rejects.toMatchObject({ code: 'BACKLOT_E_NAME_TAKEN' });
    const other = class Other {
      name = 'other';
    } as unknown as typeof Counting;
    await expect(start({ extensions: [other] })).rejects.toMatchObject({ code: 'BACKLOT_E_NOT_AN_EXTENSION' });
    class Slow extends Extension {
      readonly name = 'slow';
      override onPlatformReady(): Promise<void> {
        return new Promise(() => undefined);
      }
    }
    await expect(start({ extensions: [Slow], hookTimeout: 20 })).rejects.toMatchObject({
      code: 'BACKLOT_E_HOOK_TIMEOUT',
    });
  });

  it('rejects close(), when all is closed, with what a shutdown hook threw', async () => {
    class Stuck extends Extension {
      readonly name = 'stuck';
      override onPlatformShutdown(): void {
        throw new Error('stuck');
      }
    }
    closed = 0;
    const platform = await start({ extensions: [Counting, Stuck] });
    await expect(platform.close()).rejects.toMatchObject({
      code: 'BACKLOT_E_HOOK_FAILED',
      cause: { message: 'stuck' },
    });
    expect(closed).toBe(1);
    await expect(fetch(platform.url)).rejects.toThrow();
  });

  it('finds a name that the source does not show', async () => {
    const computed = ['com', 'puted'].join('');
    class Computed extends Extension {
      readonly name: string = computed;
    }
    expect((await start({ extensions: [Computed] })).extension(Computed).name).toBe('computed');
    class Unnamed extends Extension {
      readonly name: string = `${(this.config as { given: { name: string } }).given.name}`;
    }
    await expect(start({ extensions: [Unnamed] })).rejects.toMatchObject({
      code: 'BACKLOT_E_NAME_MISMATCH',
      remedy: expect.stringContaining("{ extension: Unnamed, name: 'my-name' }") as string,
    });
    const named = { extension: Unnamed, name: 'told', config: { given: { name: 'told' } } };
    expect((await start({ extensions: [named] })).extension('told')).toBeInstanceOf(Unnamed);
  });
});

class Shouting extends Extension {
  readonly name = 'shouting';

  override updateGatewayRoutes(router: Router): void {
    router.protocol({
      name: 'shouting',
      detect: (bytes) => bytes[0] === 0x01,
      handle: (socket) => void socket.on('data', (chunk) => socket.write(chunk.toString().toUpperCase())),
    });
  }
}

it('lets extensions speak protocols of their own, and closes their connections', async () => {
  const test = await createTestPlatform({ extensions: [Shouting] });
  const socket = connect(Number(new URL(test.url).port), '127.0.0.1');
  socket.write('\x01hello');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toBe('\x01HELLO');
  const closed = once(socket, 'close');
  await test.close();
  await closed;
});
