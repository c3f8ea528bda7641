import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { IdleConnections } from '../../../../src/gateway/port/idle-connections';
import { waitFor } from '../../../support/wait-for';

const IDLE_MS = 200;
const REQUEST = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

const servers: Server[] = [];

async function open(listener: RequestListener = (_request, response) => void response.end('answer')): Promise<Client> {
  const server = createServer({ keepAliveTimeout: IDLE_MS }, listener).listen(0, '127.0.0.1');
  servers.push(server);
  const timers = { count: 0 };
  server.prependListener('connection', (socket: Socket) => {
    const plain = socket.setTimeout.bind(socket);
    socket.setTimeout = (time, callback) => {
      if (time > 0) timers.count++;
      return plain(time, callback);
    };
    new IdleConnections(IDLE_MS).watch(socket);
  });
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const client: Client = { socket, received: '', isClosed: false, timers };
  socket.on('data', (bytes) => (client.received += String(bytes)));
  socket.on('close', () => (client.isClosed = true));
  return client;
}

interface Client {
  readonly socket: Socket;
  received: string;
  isClosed: boolean;
  readonly timers: { readonly count: number };
}

const answers = ({ received }: Client): number => received.match(/HTTP\/1\.1 200/g)?.length ?? 0;

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

describe('a connection between two requests', () => {
  it('is closed after the time that clients are told, and not before, without a timer for each request', async () => {
    const client = await open();
    for (let asked = 1; asked <= 5; asked++) {
      client.socket.write(REQUEST);
      await waitFor('an answer', () => answers(client) === asked);
    }
    const began = performance.now();
    expect(client.received).toMatch(/^Keep-Alive: timeout=/im);
    await waitFor('the end', () => client.isClosed);
    expect(performance.now() - began).toBeGreaterThan(IDLE_MS);
    expect(client.timers.count).toBe(0);
  });

  it('is not closed while an answer takes longer', async () => {
    let answer: () => void = () => undefined;
    const client = await open((_request, response) => void (answer = () => response.end('answer')));
    client.socket.write(REQUEST);
    await new Promise((done) => setTimeout(done, 8 * IDLE_MS));
    answer();
    await waitFor('an answer', () => answers(client) === 1);
  });

  it('is not closed while a request comes in slowly', async () => {
    const client = await open();
    client.socket.write(REQUEST);
    await waitFor('an answer', () => answers(client) === 1);
    for (const character of REQUEST) {
      client.socket.write(character);
      await new Promise((done) => setTimeout(done, IDLE_MS / 2));
    }
    await waitFor('an answer', () => answers(client) === 2);
  });

  it('keeps to a limit that the listener sets for its own request', async () => {
    const client = await open((request) => void request.setTimeout(50));
    client.socket.write(REQUEST);
    await waitFor('the end', () => client.isClosed);
    expect([answers(client), client.timers.count]).toEqual([0, 1]);
  });
});
