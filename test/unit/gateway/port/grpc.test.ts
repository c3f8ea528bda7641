import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import type { Request, Response } from 'express';
import { startGateway, type StartedGateway } from '../../../support/start-gateway';

let started: StartedGateway;
const clients: Client[] = [];

beforeEach(async () => {
  started = await startGateway();
  const { router } = started.owner('greeter');
  router.post('/greeter.Greeter/Greet', async (request: Request, response: Response) => {
    const [name = ''] = await messagesOf(request);
    if (name === '') return refuse(response, status.INVALID_ARGUMENT, 'no name');
    begin(response);
    response.addTrailers({ 'grpc-status': '0', 'x-cost': '7' });
    response.end(frame(`Hello ${name}, by ${request.get('x-caller')}`));
  });
  router.post('/greeter.Greeter/Count', async (request: Request, response: Response) => {
    const [count = ''] = await messagesOf(request);
    begin(response);
    for (let n = 1; n <= Number(count); n++) {
      response.write(frame(String(n)));
      await new Promise(setImmediate);
    }
    response.addTrailers({ 'grpc-status': String(status.RESOURCE_EXHAUSTED), 'grpc-message': 'no more' });
    response.end();
  });
});

afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

describe.each(['plain', 'TLS'])('a gRPC client, over %s', (kind) => {
  async function connect(): Promise<Client> {
    const certificate = Buffer.from(await started.gateway.certificateToTrust());
    const client = new Client(
      `localhost:${started.port}`,
      kind === 'TLS' ? credentials.createSsl(certificate) : credentials.createInsecure(),
    );
    clients.push(client);
    return client;
  }

  it('gets the answer to a unary call, with its trailing metadata', async () => {
    const client = await connect();
    const answer = await unary(client, '/greeter.Greeter/Greet', 'Ada');
    expect(answer).toEqual({ value: 'Hello Ada, by a test', cost: ['7'] });
  });

  it('gets the status of a call that is refused without a body', async () => {
    const client = await connect();
    await expect(unary(client, '/greeter.Greeter/Greet', '')).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: 'no name',
    });
  });

  it('gets every message of a stream, and the status at its end', async () => {
    const client = await connect();
    const call = client.makeServerStreamRequest('/greeter.Greeter/Count', encode, decode, '5');
    const values: string[] = [];
    call.on('data', (value: string) => values.push(value));
    const error = await new Promise<ServiceError>((resolve) => call.on('error', resolve));
    expect(values).toEqual(['1', '2', '3', '4', '5']);
    expect([error.code, error.details]).toEqual([status.RESOURCE_EXHAUSTED, 'no more']);
  });
});

function unary(client: Client, path: string, value: string): Promise<{ value: string; cost: unknown }> {
  const metadata = new Metadata();
  metadata.set('x-caller', 'a test');
  return new Promise((resolve, reject) => {
    let answer = '';
    const call = client.makeUnaryRequest(path, encode, decode, value, metadata, (error, given) => {
      if (error) reject(error);
      else answer = given ?? '';
    });
    call.on('status', (given) => {
      if (given.code === status.OK) resolve({ value: answer, cost: given.metadata.get('x-cost') });
    });
  });
}

const encode = (value: string): Buffer => Buffer.from(value);
const decode = (bytes: Buffer): string => bytes.toString();

/** A message as gRPC sends it: not compressed, its length, itself. */
function frame(text: string): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(Buffer.byteLength(text), 1);
  return Buffer.concat([head, Buffer.from(text)]);
}

async function messagesOf(request: Request): Promise<string[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  let rest = Buffer.concat(chunks);
  const messages: string[] = [];
  while (rest.length > 0) {
    const end = 5 + rest.readUInt32BE(1);
    messages.push(rest.subarray(5, end).toString());
    rest = rest.subarray(end);
  }
  return messages;
}

function begin(response: Response): void {
  response.writeHead(200, { 'content-type': 'application/grpc' });
}

/** The answer that is trailers only: its headers are its trailers. */
function refuse(response: Response, code: status, message: string): void {
  response.writeHead(200, {
    'content-type': 'application/grpc',
    'grpc-status': String(code),
    'grpc-message': message,
  });
  response.end();
}
