/**
 * Fastify 5: `server-fastify.ts [hooks] [log]`. With hooks it has as many of them as the gateway has handlers; its log is its
 * own, pino, as it is when it is turned on.
 */
import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import { answer, CHAIN, HOSTS, rulePath, ROUTES } from './workload';

declare module 'fastify' {
  interface FastifyRequest {
    seen: number;
  }
}

async function main(options: readonly string[]): Promise<void> {
  const app = fastify({ logger: options.includes('log') });
  app.decorateRequest('seen', 0);
  if (options.includes('hooks')) {
    for (let n = 0; n < CHAIN.request; n++) {
      app.addHook('onRequest', (request, _reply, done) => {
        request.seen = n;
        done();
      });
    }
    for (let n = 0; n < CHAIN.response; n++) {
      app.addHook('onSend', (request, _reply, _payload, done) => {
        request.seen = n;
        done();
      });
    }
    for (let n = 0; n < CHAIN.finalizer; n++) {
      app.addHook('onResponse', (request, _reply, done) => {
        request.seen = n;
        done();
      });
    }
  }
  for (const host of HOSTS) {
    for (const route of ROUTES) {
      app.get<{ Params: { id: string } }>(rulePath(route), { constraints: { host } }, (request, reply) => {
        reply.send(answer(host, route, request.params.id));
      });
    }
  }
  await app.listen({ port: 0, host: '127.0.0.1' });
  process.send?.({ port: (app.server.address() as AddressInfo).port });
}

void main(process.argv.slice(2));
