import { createServer, request as send, type IncomingMessage, type Server } from 'node:http';
import {
  createServer as createHttp2,
  type Http2Server,
  type ServerHttp2Stream,
  type IncomingHttpHeaders,
} from 'node:http2';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Http2Passage } from '../../../../src/extensions/containers/http2-passage';
import { waitFor } from '../../../support/wait-for';

describe('the passage to a server by HTTP/2', () => {
  const end = new AbortController();
  let behind: Http2Server;
  let front: Server;
  let serve: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void;
  let sessions = 0;
  const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;

  beforeAll(async () => {
    behind = createHttp2().on('stream', (stream, headers) =>
      serve(
        stream.on('error', () => undefined),
        headers,
      ),
    );
    behind.on('session', () => (sessions += 1));
    await once(behind.listen(0, '127.0.0.1'), 'listening');
    const passage = new Http2Passage(() => ({ host: '127.0.0.1', port: portOf(behind) }), end.signal);
    front = createServer((request, response) => passage.serve(request, response));
    await once(front.listen(0, '127.0.0.1'), 'listening');
  });
  afterAll(() => {
    end.abort();
    behind.close();
    front.closeAllConnections();
    front.close();
  });

  async function ask(
    options: { path?: string; method?: string; headers?: Record<string, string>; body?: Buffer } = {},
  ) {
    const { body, ...rest } = options;
    const outgoing = send({ host: '127.0.0.1', port: portOf(front), agent: false, ...rest });
    outgoing.end(body);
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    const received = await buffer(response);
    return { response, body: received, trailers: response.trailers };
  }

  it('takes head and body there and back, and trailers', async () => {
    serve = (stream, headers) => {
      stream.respond(
        { ':status': 201, 'x-path': headers[':path'], 'x-sent': headers['x-sent'] },
        { waitForTrailers: true },
      );
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '5' }));
      stream.pipe(stream);
    };
    const body = Buffer.alloc(500_000, 'x');
    const headers = { 'x-sent': 'yes', te: 'trailers, deflate', connection: 'close, x-other', 'x-other': '1' };
    const answer = await ask({ path: '/a%2Fb?c', method: 'POST', headers, body });
    expect(answer.response.statusCode).toBe(201);
    expect(answer.response.headers).toMatchObject({ 'x-path': '/a%2Fb?c', 'x-sent': 'yes' });
    expect(answer.body.equals(body)).toBe(true);
    expect(answer.trailers).toEqual({ 'grpc-status': '5' });
  });

  it('uses one connection', async () => {
    serve = (stream) => {
      stream.respond({ ':status': 204 }, { endStream: true });
    };
    const before = sessions;
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask()));
    expect(answers.map(({ response }) => response.statusCode)).toEqual(Array(20).fill(204));
    expect(sessions - before).toBeLessThanOrEqual(1);
  });

  it('breaks off what the server breaks off, and says so when there was nothing yet', async () => {
    serve = (stream) => stream.close(2);
    expect((await ask()).response.statusCode).toBe(502);
    const breaks = [
      (stream: ServerHttp2Stream) => stream.destroy(new Error('broken')),
      (stream: ServerHttp2Stream) => stream.session?.destroy(),
    ];
    for (const breakOff of breaks) {
      serve = (stream) => {
        stream.respond({ ':status': 200 });
        stream.write('half');
        setImmediate(() => breakOff(stream));
      };
      await expect(ask()).rejects.toThrow(/aborted/);
    }
  });

  it('tells the server when the client has gone', async () => {
    let closed = false;
    serve = (stream) => {
      stream.on('close', () => (closed = true));
      stream.respond({ ':status': 200 });
      stream.write('begin');
    };
    const outgoing = send({ host: '127.0.0.1', port: portOf(front), agent: false });
    outgoing.on('error', () => undefined).end();
    await once(outgoing, 'response');
    outgoing.destroy();
    await waitFor('the server to know', () => closed);
  });
});
