/**
 * `npm run bench:throughput`: requests a second of Backlot with a full chain beside node:http, Fastify and Express, on the Node
 * that runs it and on Node 24 in a container, where a Docker engine answers.
 */
import { measure } from './throughput/measure';

void measure(Number(process.argv[2] ?? 5), Number(process.argv[3] ?? 2)).then((run) => {
  console.log(run.node);
  console.table(run.servers);
});
