/**
 * `npm run bench:throughput`: requests a second of Backlot with a full chain beside node:http, Fastify and Express, on the Node
 * that runs it and on Node 24 in a container, where a Docker engine answers. Each server is a process of its own on the loopback
 * interface; rounds alternate between the servers; the median of the rounds counts.
 *
 * Backlot runs 10 request handlers, 8 response handlers and 2 finalizers from five extensions for every request. So Fastify has
 * 20 hooks, too: 10 of `onRequest`, 8 of `onSend`, 2 of `onResponse`; without any it is shown, but nothing is asked of it.
 * `--json` measures this Node alone and prints the result for a program.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { IMAGE, runInContainer, whyNoContainer } from './throughput/in-container';
import { measure, type Extent, type Run } from './throughput/measure';
import { report } from './throughput/report';

const EXTENT: Extent = { series: 4, rounds: 9, seconds: 0.4 };

async function main(): Promise<void> {
  if (process.argv.includes('--json')) return console.log(JSON.stringify(await measure(EXTENT)));
  const runs = [await measure(EXTENT)];
  console.log(report(runs[0]!));
  const why = await whyNoContainer();
  if (why === undefined) {
    const inContainer = JSON.parse(await runInContainer('bench/throughput.ts', ['--json'])) as Run;
    runs.push(inContainer);
    console.log(`\n${IMAGE}, ${report(inContainer)}`);
  } else {
    console.log(`\nNot measured on Node 24: ${why}`);
  }
  const folder = join(__dirname, 'results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'throughput.json'), JSON.stringify(runs, undefined, 2));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
