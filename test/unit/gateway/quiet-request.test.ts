import { once } from 'node:events';
import { createServer, request as ask, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { finished } from 'node:stream/promises';
import { QuietRequest } from '../../../src/gateway/quiet-request';
import { waitFor } from '../../support/wait-for';

/** What a request may tell of its life. */
const EVENTS = ['data', 'readable', 'end', 'close', 'aborted', 'error'] as const;

const servers: Server[] = [];

async function serve(
  listener: RequestListener,
  messages: { IncomingMessage?: typeof IncomingMessage },
): Promise<Server> {
  const server = createServer(messages, listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return server;
}

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** Sends a request with this body, reads the answer, and waits until the server has seen the end of it. */
async function send(server: Server, body: string): Promise<void> {
  const asked = ask({ port: portOf(server), host: '127.0.0.1', method: body === '' ? 'GET' : 'POST' });
  asked.end(body);
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.resume();
  await once(answer, 'end');
}

/** What a listener sees of a request, in order, until it is closed. */
async function lifeOf(
  messages: { IncomingMessage?: typeof IncomingMessage },
  body: string,
  use: (request: IncomingMessage) => void,
  events: readonly string[] = EVENTS,
): Promise<unknown[]> {
  const seen: unknown[] = [];
  let closed: Promise<unknown> = Promise.resolve();
  const server = await serve((request, response) => {
    for (const event of events) request.on(event, () => seen.push(event));
    closed = once(request, 'close');
    use(request);
    response.end('answer');
  }, messages);
  await send(server, body);
  await closed;
  return seen;
}

const ENDS = ['end', 'close', 'aborted', 'error'];

describe('a request that ends in fewer steps', () => {
  it.each<[string, string, (request: IncomingMessage) => void, readonly string[]]>([
    ['nobody reads and that has no body', '', () => undefined, ENDS],
    ['nobody reads and that has a body', 'body', () => undefined, ENDS],
    ['somebody reads and that has no body', '', (request) => void request.on('data', () => undefined), ENDS],
    ['somebody reads and that has a body', 'body', (request) => void request.on('data', () => undefined), ENDS],
    ['somebody lets flow', 'body', (request) => void request.resume(), ENDS],
    ['somebody has paused', '', (request) => void request.pause(), ENDS],
    [
      'somebody reads as it becomes readable',
      'body',
      (request) => void request.on('readable', () => void request.read()),
      EVENTS,
    ],
  ])('tells what Node’s tells where it is one that %s', async (_what, body, use, events) => {
    const expected = await lifeOf({}, body, use, events);
    expect(await lifeOf({ IncomingMessage: QuietRequest }, body, use, events)).toEqual(expected);
    expect(expected.slice(-2)).toEqual(['end', 'close']);
  });

  it('is at its end once the answer is out, for who asks later', async () => {
    let request!: IncomingMessage;
    const server = await serve((given, response) => void ((request = given), response.end()), {
      IncomingMessage: QuietRequest,
    });
    await send(server, '');
    await finished(request, { writable: false });
    expect([request.complete, request.readableEnded, request.destroyed, request.aborted]).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  it.each(['on', 'once', 'addListener'] as const)('tells who asks by `%s` when the answer is out', async (way) => {
    const told: string[] = [];
    const server = await serve(
      (request, response) => {
        response.on('finish', () => {
          for (const event of ['end', 'close']) request[way](event, () => told.push(event));
        });
        response.end();
      },
      { IncomingMessage: QuietRequest },
    );
    await send(server, '');
    await waitFor('the end', () => told.includes('close'));
    expect(told).toEqual(['end', 'close']);
  });

  it('is read to its end by who begins late', async () => {
    let read: Promise<string> | undefined;
    const readAll = async (request: IncomingMessage): Promise<string> => {
      let text = '';
      for await (const chunk of request) text += String(chunk);
      return text;
    };
    const server = await serve(
      (request, response) => {
        setImmediate(() => {
          read = readAll(request);
          void read.finally(() => response.end());
        });
      },
      { IncomingMessage: QuietRequest },
    );
    await send(server, '');
    expect(await read).toBe('');
    await send(server, 'body');
    expect(await read).toBe('body');
  });

  it('ends with the error of a connection that breaks in the middle of its body', async () => {
    const told = new Promise<{ aborted: boolean; code: unknown }>((resolve) => {
      void serve(
        (request) => {
          request.on('error', ({ code }: NodeJS.ErrnoException) => resolve({ aborted: request.aborted, code }));
        },
        { IncomingMessage: QuietRequest },
      ).then((server) => {
        const client = connect(portOf(server), '127.0.0.1');
        client.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf', () => client.destroy());
      });
    });
    expect(await told).toEqual({ aborted: true, code: 'ECONNRESET' });
  });

  it('has the next one behind it on the same connection', async () => {
    const server = await serve((request, response) => void response.end(request.url), {
      IncomingMessage: QuietRequest,
    });
    const client = connect(portOf(server), '127.0.0.1');
    client.write('GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    let text = '';
    for await (const chunk of client) text += String(chunk);
    expect(text).toMatch(/\/1HTTP[^]*\/2$/);
  });
});
