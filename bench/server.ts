/** One server to be measured, in a process of its own: `server.ts node|express`. Prints `port N` when it listens. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';

const kind = process.argv[2];
const answer = (id: string): { extension: string; id: string } => ({ extension: 'bench', id });

function listener(): Parameters<typeof createServer>[1] {
  if (kind === 'node') {
    return (request, response) => {
      const body = JSON.stringify(answer((request.url ?? '').slice('/r7/'.length)));
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
      response.end(body);
    };
  }
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  for (let n = 0; n < 20; n++) {
    app.get(`/r${n}/:id`, (request, response) => void response.json(answer(request.params.id ?? '')));
  }
  return app;
}

const server = createServer(listener()).listen(0, '127.0.0.1', () => {
  console.log(`port ${(server.address() as AddressInfo).port}`);
});
