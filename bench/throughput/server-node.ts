/** Bare node:http: no router, no chain, no more than it takes to write the answer. */
import { createServer } from 'node:http';
import { listen } from './listen';
import { answer } from './workload';

const ROUTE_AT = '/r'.length;
const ID_AT = '/r10/items/'.length;

listen(
  createServer((request, response) => {
    const url = request.url ?? '';
    const route = Number(url.slice(ROUTE_AT, ROUTE_AT + 2));
    const body = JSON.stringify(answer(request.headers.host ?? '', route, url.slice(ID_AT)));
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    response.end(body);
  }),
);
