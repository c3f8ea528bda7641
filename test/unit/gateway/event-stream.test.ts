import { eventStream, type ServerSentEvent } from '../../../src/api/event-stream';
import { rawClient } from '../../support/raw-client';
import { startGateway, type OwnerTools, type StartedGateway } from '../../support/start-gateway';

let started: StartedGateway;
let shop: OwnerTools;
beforeEach(async () => {
  started = await startGateway();
  shop = started.owner('shop');
});

async function* of(...events: (ServerSentEvent | string)[]): AsyncGenerator<ServerSentEvent | string> {
  for (const event of events) yield await Promise.resolve(event);
}

const open = async (path = '/events') => {
  const client = await rawClient(started.port);
  client.send(`GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`);
  return client;
};

describe('server-sent events', () => {
  it('have the format of the HTML standard', async () => {
    const events = of(
      { event: 'created', id: 7, retry: 500, data: { total: 3 } },
      'two\nlines\r\nand\rmore',
      { data: '' },
      { data: null },
      { comment: 'a\nb' },
      { id: '' },
    );
    shop.router.get('/events', () => eventStream(events));
    const answer = await started.send('/events');
    expect(answer.headers['content-type']).toBe('text/event-stream');
    expect(answer.headers['cache-control']).toContain('no-cache');
    expect(answer.text).toBe(
      [
        'event: created\nid: 7\nretry: 500\ndata: {"total":3}\n',
        'data: two\ndata: lines\ndata: and\ndata: more\n',
        'data: \n',
        'data: null\n',
        ': a\n: b\n',
        'id: \n',
        '',
      ].join('\n'),
    );
  });

  it('go out at once, and the head before the first of them', async () => {
    let give: (event: string) => void = () => undefined;
    shop.router.get('/events', () =>
      eventStream(async function* () {
        for (;;) yield await new Promise<string>((resolve) => (give = resolve));
      }),
    );
    const client = await open();
    await client.receive(/content-type: text\/event-stream[^]*\r\n\r\n$/);
    give('one');
    await client.receive(/data: one\n\n/);
    give('two');
    await client.receive(/data: two\n\n/);
  });

  it('are kept alive by comments, and lose no event to them', async () => {
    let give: (event: string) => void = () => undefined;
    shop.router.get('/events', () => eventStream(waits(), { heartbeat: 5 }));
    async function* waits(): AsyncGenerator<string> {
      yield await new Promise<string>((resolve) => (give = resolve));
    }
    const client = await open();
    await client.receive(/(:\n\n[^:]*){3}/);
    give('at last');
    expect(await client.receive(/\r\n0\r\n/)).toContain('data: at last\n\n');
  });

  it('stop when the client goes away: `finally` runs, and the signal is aborted', async () => {
    const ended: string[] = [];
    let done: () => void = () => undefined;
    const both = new Promise<void>((resolve) => (done = resolve));
    const end = (name: string): void => {
      ended.push(name);
      if (ended.length === 2) done();
    };
    shop.router.get('/waits', () =>
      eventStream(async function* (signal) {
        try {
          yield 'begun';
          await new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason as Error));
          });
        } finally {
          end('waits');
        }
      }),
    );
    shop.router.get('/yields', () =>
      eventStream(async function* () {
        try {
          for (;;) yield await Promise.resolve('begun'.repeat(10_000));
        } finally {
          end('yields');
        }
      }),
    );
    for (const path of ['/waits', '/yields']) {
      const client = await open(path);
      await client.receive(/begun/);
      client.socket.destroy();
    }
    await both;
    expect(started.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it.each([
    [{ total: 3 }, 'an event is a string, or has event, data, id, retry or comment'],
    [{ event: 'a\nb', data: 1 }, 'the event of an event has a line break'],
    [{ id: 'a\0', data: 1 }, 'the id of an event has a line break'],
    [17, 'an event is a string'],
  ])('that are none, such as %j, cut the stream and are logged', async (event, message) => {
    shop.router.get('/events', () => eventStream(of(event as never)));
    await expect(started.send('/events')).rejects.toThrow(/aborted|hang up/);
    expect(JSON.stringify(started.lines)).toContain(message);
  });

  it('may be answered by handlers, too, with headers of their own', async () => {
    shop.requestHandlers.append((chain) => {
      chain.respond(200, eventStream(of('x')), { 'cache-control': 'no-store' });
    });
    const answer = await started.send('/any');
    expect([answer.headers['content-type'], answer.headers['cache-control'], answer.text]).toEqual([
      'text/event-stream',
      'no-store',
      'data: x\n\n',
    ]);
  });
});
