/** Express 5 as its documentation has it: a router for each host. No chain; what costs it time beside that is off. */
import { createServer } from 'node:http';
import express from 'express';
import { listen } from './listen';
import { answer, HOSTS, rulePath, ROUTES } from './workload';

const app = express();
app.disable('x-powered-by');
app.disable('etag');
for (const host of HOSTS) {
  const router = express.Router();
  for (const route of ROUTES) {
    router.get(rulePath(route), (request, response) => {
      response.json(answer(host, route, request.params.id as string));
    });
  }
  app.use((request, response, next) => (request.hostname === host ? router(request, response, next) : next()));
}
listen(createServer(app));
