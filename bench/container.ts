/**
 * `npm run bench:container`: from `backlot start` to `Ready.` in its output, beside `docker run` of the same image; both with a volume of their own that has been used before, and a port that is free. Starts alternate between
 * the two; the medians count.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { median } from './throughput/median';

const ROUNDS = 11;
const MOST_TIMES = 1.3;
const ROOT = resolve(__dirname, '..');
/** One that is there already, where that is named. */
const GIVEN = process.env.BACKLOT_BENCH_IMAGE;
const IMAGE = GIVEN ?? 'backlot:bench';
const MAIN = resolve(ROOT, 'dist', 'bin', 'backlot.js');
const NAMES = { docker: `backlot-bench-docker-${process.pid}`, backlot: `backlot-bench-${process.pid}` };

const docker = (...args: string[]): string => execFileSync('docker', args, { encoding: 'utf8', stdio: 'pipe' });

/** How long a command takes until the container that it starts says `Ready.`, in milliseconds. The container goes then. */
async function untilReady(command: string, args: readonly string[], name: string): Promise<number> {
  const began = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: '/' });
  let output = '';
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const time = await new Promise<number>((done, fail) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (/^Ready\.$/m.test(output)) done(performance.now() - began);
    });
    child.once('exit', (code) => fail(new Error(`${command} ended with ${code}:\n${output}${said}`)));
  });
  child.removeAllListeners('exit');
  const ended = once(child, 'exit');
  docker('rm', '--force', name);
  await ended;
  return time;
}

const { docker: dockerName, backlot: backlotName } = NAMES;
const DOCKER_RUN = [
  'run',
  '--name',
  dockerName,
  '-p',
  '127.0.0.1::4566',
  '-v',
  `${dockerName}:/var/lib/backlot`,
  IMAGE,
];
const BACKLOT_START = [MAIN, 'start', '--port', '0', '--name', backlotName, '--image', IMAGE];
const runWithDocker = (): Promise<number> => untilReady('docker', DOCKER_RUN, dockerName);
const startWithBacklot = (): Promise<number> => untilReady(process.execPath, BACKLOT_START, backlotName);

async function main(): Promise<void> {
  if (GIVEN === undefined) {
    console.error(`building ${IMAGE}`);
    docker('build', '--quiet', '--tag', IMAGE, ROOT);
  }
  const times = { docker: [] as number[], backlot: [] as number[] };
  try {
    // The first start of each makes its volume.
    await runWithDocker();
    await startWithBacklot();
    for (let round = 0; round < ROUNDS; round++) {
      times.docker.push(await runWithDocker());
      times.backlot.push(await startWithBacklot());
    }
  } finally {
    for (const name of Object.values(NAMES)) {
      docker('rm', '--force', name);
      docker('volume', 'rm', '--force', name);
    }
  }
  const [run, start] = [median(times.docker), median(times.backlot)];
  console.table({
    'docker run': { 'ms to Ready.': Math.round(run) },
    'backlot start': { 'ms to Ready.': Math.round(start), times: (start / run).toFixed(2) },
  });
  console.log(`${start / run <= MOST_TIMES ? 'met    ' : 'NOT MET'}  at most ${MOST_TIMES} times docker run`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
