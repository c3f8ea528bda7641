import { once } from 'node:events';
import { connect } from 'node:tls';
import { text as readText } from 'node:stream/consumers';
import express from 'express';
import { rawClient, type RawClient } from '../../support/raw-client';
import { startGateway, type OwnerTools, type StartedGateway } from '../../support/start-gateway';
import { waitFor } from '../../support/wait-for';

let started: StartedGateway;
let shop: OwnerTools;
let client: RawClient;

beforeEach(async () => {
  started = await startGateway({ bodyLimit: 100_000 });
  shop = started.owner('shop');
  client = await connection();
});

async function connection(): Promise<RawClient> {
  const fresh = await rawClient(started.port);
  fresh.send('GET /first HTTP/1.1\r\nHost: x\r\n\r\n');
  await fresh.receive(/no route for GET x\/first/);
  return fresh;
}

const post = (path: string, body: string, headers = ''): string =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`;

describe('a request that waits for its turn', () => {
  it.each([
    ['text', () => shop.router.post('/x', ({ body }) => body.text())],
    ['bytes', () => shop.router.post('/x', async ({ body }) => (await body.buffer()).toString())],
    ['JSON', () => shop.router.post('/x', async ({ body }) => JSON.stringify(await body.json()))],
    ['a form', () => shop.router.post('/x', async ({ body }) => [...(await body.form()).fields.keys()].join())],
    ['a stream', () => shop.router.post('/x', ({ body }) => readText(body.stream()))],
    [
      'text and then a stream',
      () => shop.router.post('/x', async ({ body }) => [await body.text(), await readText(body.stream())][1]!),
    ],
    ['a request of Node', () => shop.router.post('/x', ({ request }) => readText(request))],
    [
      'a body parser behind a handler that has read it, in a mounted app',
      () => {
        shop.requestHandlers.early.append(async (_chain, { body }) => void (await body.text()));
        const app = express();
        app.post('/x', express.json(), (request, response) => void response.send(JSON.stringify(request.body)));
        shop.router.mount('/', app);
      },
    ],
    [
      'text, some turns of the event loop later',
      () =>
        shop.router.post('/x', async ({ body }) => {
          for (let turn = 0; turn < 3; turn++) await new Promise((done) => setImmediate(done));
          return body.text();
        }),
    ],
  ])('is read as %s: whole, in two halves, in chunks, and one after another', async (reader, serve) => {
    const isForm = reader === 'a form';
    serve();
    const body = '{"a":1}';
    const type = `Content-Type: application/${isForm ? 'x-www-form-urlencoded' : 'json'}\r\n`;
    const whole = post('/x', body, type);
    const half = whole.length - 3;
    const chunked = `POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n${type}\r\n7\r\n`;
    for (const [first, second] of [
      [whole, ''],
      [whole.slice(0, half), whole.slice(half)],
      [chunked, `${body}\r\n0\r\n\r\n`],
    ] as const) {
      const own = await connection();
      own.send(first);
      if (second !== '') {
        await new Promise((done) => setTimeout(done, 20));
        own.send(second);
      }
      await own.receive(/200 OK[^]*"a":1\}$/);
    }
    client.send(whole + whole);
    await client.receive(/200 OK[^]*"a":1\}[^]*200 OK[^]*"a":1\}$/);
  });

  it('is answered in the order of the requests, and after what was asked before', async () => {
    const served: string[] = [];
    shop.router.post('/:name', async ({ body, params }) => {
      served.push(String(params['name']));
      return `<${await body.text()}>`;
    });
    client.send(['a', 'b', 'c'].map((each) => post(`/${each}`, each)).join(''));
    expect(await client.receive(/<a>[^]*<b>[^]*<c>/)).toContain('<c>');
    expect(served).toEqual(['a', 'b', 'c']);
  });

  it('is answered where the client closes its end right behind it', async () => {
    shop.router.get('/x', () => 'answered');
    shop.router.post('/x', async ({ body }) => `<${await body.text()}>`);
    client.socket.end('GET /x HTTP/1.1\r\nHost: x\r\n\r\n');
    await client.receive(/answered/);
    await waitFor('the end of the connection', () => client.isClosed());
    const other = await connection();
    other.socket.end(post('/x', 'body'));
    await other.receive(/<body>/);
    await waitFor('the end of the connection', () => other.isClosed());
  });

  it('is not served where the rest of it, which has come with it, is none', async () => {
    let served = 0;
    shop.router.post('/x', () => String(++served));
    client.send('POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n');
    await client.receive(/400 Bad Request/);
    await waitFor('the end of the connection', () => client.isClosed());
    expect(served).toBe(0);
  });

  it('is answered over TLS, too, where the client closes its end right behind it', async () => {
    shop.router.get('/x', () => 'answered');
    shop.router.post('/x', async ({ body }) => `<${await body.text()}>`);
    for (const [request, ALPNProtocols] of [
      ['GET /x HTTP/1.1\r\nHost: x\r\n\r\n', []],
      [post('/x', 'answered'), []],
      [post('/x', 'answered'), ['http/1.1']],
    ] as const) {
      const socket = connect({
        port: started.port,
        host: '127.0.0.1',
        rejectUnauthorized: false,
        allowHalfOpen: true,
        ALPNProtocols: [...ALPNProtocols],
      });
      await once(socket, 'secureConnect');
      socket.end(request);
      expect(await readText(socket)).toMatch(/200 OK[^]*answered/);
    }
  });

  it('is read when the answer is out, where nobody has read it before', async () => {
    let late: Promise<string> | undefined;
    shop.router.post('/x', ({ body, response }) => {
      late = once(response, 'close').then(() => body.text());
      return 'answered';
    });
    client.send(post('/x', 'late'));
    await client.receive(/answered/);
    expect(await late).toBe('late');
  });

  it('is told that its body is too large, and the connection goes on', async () => {
    shop.router.post('/x', async ({ body }) => String((await body.text({ limit: 4 })).length));
    client.send(post('/x', 'more than four') + post('/x', 'four'));
    expect(await client.receive(/413 Payload Too Large[^]*200 OK[^]*\r\n\r\n4$/)).toContain('413');
  });

  it('can be continued', async () => {
    shop.router.post('/x', ({ body }) => body.text());
    const [head, body] = post('/x', 'continued', 'Expect: 100-continue\r\n').split('\r\n\r\n') as [string, string];
    client.send(`${head}\r\n\r\n`);
    await client.receive(/100 Continue/);
    client.send(body);
    await client.receive(/200 OK[^]*continued$/);
  });

  it('is forgotten where its client is gone before its turn', async () => {
    let served = 0;
    shop.router.get('/x', () => String(++served));
    client.send('GET /x HTTP/1.1\r\nHost: x\r\n\r\n');
    client.socket.resetAndDestroy();
    // Whether it was served is a matter of time; that nothing of it stays is not.
    await waitFor('no request in flight', () => started.gateway.drained(started.gateway.inFlight([]), 1000));
    expect((await started.send('/x')).status).toBe(200);
    expect(served).toBeLessThanOrEqual(2);
  });
});
