import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { writeOnce } from '../../../../src/gateway/port/write-once';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** All that a client gets for one request, without the date. */
async function received(answer: (response: ServerResponse) => void, onConnection?: (socket: Socket) => void) {
  const server = createServer((_request, response) => answer(response)).listen(0, '127.0.0.1');
  servers.push(server);
  if (onConnection) server.on('connection', onConnection);
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  const pieces: Buffer[] = [];
  for await (const piece of client) pieces.push(piece as Buffer);
  return Buffer.concat(pieces)
    .toString('latin1')
    .replace(/Date: .*/, '');
}

describe('an answer that is written as one piece', () => {
  it.each<[string, (response: ServerResponse) => void]>([
    ['a text', (response) => response.end('text')],
    ['a text that is not ASCII', (response) => response.end('grüße 🎬')],
    ['a text in another encoding', (response) => response.end('é', 'latin1')],
    ['a text in base64', (response) => response.end('aGVsbG8=', 'base64')],
    ['bytes', (response) => response.end(Buffer.from([0, 255, 1]))],
    ['nothing', (response) => response.end()],
    ['a text and a header that is not ASCII', (response) => response.setHeader('x-name', 'é').end('é')],
    ['pieces', (response) => (response.write('one'), response.write(Buffer.from('two')), response.end('three'))],
    ['pieces at once', (response) => (response.cork(), response.write('one'), response.write(''), response.end())],
    ['a large text', (response) => response.end('é'.repeat(1_000_000))],
    ['trailers', (response) => (response.addTrailers({ a: 'b' }), response.end('text'))],
  ])('is, byte for byte, what Node sends: %s', async (_what, answer) => {
    const expected = await received(answer);
    expect(await received(answer, writeOnce)).toBe(expected);
  });

  it('takes one write for its head and its body', async () => {
    let gathered = 0;
    const watch = (socket: Socket): void => {
      writeOnce(socket);
      const sink = socket as unknown as { _write: (...args: unknown[]) => void };
      const write = sink._write.bind(socket);
      sink._write = (...args) => {
        gathered++;
        write(...args);
      };
    };
    await received((response) => response.end('text'), watch);
    expect(gathered).toBe(1);
  });

  it('tells who ended it that it is out', async () => {
    const told: string[] = [];
    const answer = (response: ServerResponse): void => {
      response.once('finish', () => told.push('finish'));
      response.end('text', () => told.push('callback'));
    };
    await received(answer, writeOnce);
    expect(told.sort()).toEqual(['callback', 'finish']);
  });
});
