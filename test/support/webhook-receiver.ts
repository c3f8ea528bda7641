import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { waitFor } from './wait-for';

/** One request as it came in. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
}

type Answer = number | ((received: Received, response: ServerResponse) => void);

/** A server that notes what it receives, and answers as the test says: 200 unless there is something else. */
export class WebhookReceiver {
  readonly received: Received[] = [];
  /** What the next requests are answered with; then `answer`. */
  readonly answers: Answer[] = [];
  answer: Answer = 200;
  #server: Server | undefined;

  async start(port = 0): Promise<this> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('error', () => undefined);
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks);
        const { method = '', url = '', headers } = request;
        const received = { method, path: url, headers, body, text: body.toString('utf8') };
        this.received.push(received);
        const answer = this.answers.shift() ?? this.answer;
        if (typeof answer === 'number') response.writeHead(answer).end();
        else answer(received, response);
      });
    });
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
    this.#server = server;
    return this;
  }

  get port(): number {
    return (this.#server?.address() as AddressInfo).port;
  }

  url(path = '/'): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  /** The bodies as they came in. */
  get texts(): string[] {
    return this.received.map(({ text }) => text);
  }

  /** How many connections are open. */
  connections(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server?.getConnections((error, count) => (error ? reject(error) : resolve(count)));
    });
  }

  /** Waits until it has received so many requests. */
  async has(count: number): Promise<void> {
    await waitFor(`${count} requests`, () => this.received.length >= count);
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const started: WebhookReceiver[] = [];

/** Starts a receiver, on a free port where none is given. It is stopped after the test. */
export async function webhookReceiver(port?: number): Promise<WebhookReceiver> {
  const made = await new WebhookReceiver().start(port);
  started.push(made);
  return made;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((each) => each.stop()));
});
