/**
 * `npm run bench:container`: from `backlot start -d --wait` to its end, which is after `Ready.`, beside `docker run` of the same
 * image to `Ready.`; both with a volume of their own that has been used before, and a port that is free. Starts alternate between
 * the two; the medians count.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { median } from './throughput/median';

const ROUNDS = 11;
const MOST_TIMES = 1.3;
const ROOT = resolve(__dirname, '..');
const IMAGE = 'backlot:bench';
const MAIN = resolve(ROOT, 'dist', 'bin', 'backlot.js');
const NAMES = { docker: `backlot-bench-docker-${process.pid}`, backlot: `backlot-bench-${process.pid}` };

const docker = (...args: string[]): string => execFileSync('docker', args, { encoding: 'utf8', stdio: 'pipe' });

/** How long `docker run` takes until the container says that it is ready, in milliseconds. */
async function runWithDocker(): Promise<number> {
  const volume = ['-v', `${NAMES.docker}:/var/lib/backlot`];
  const began = performance.now();
  const child = spawn('docker', ['run', '--name', NAMES.docker, '-p', '127.0.0.1::4566', ...volume, IMAGE]);
  let output = '';
  const time = await new Promise<number>((done, fail) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (/^Ready\.$/m.test(output)) done(performance.now() - began);
    });
    child.once('exit', (code) => fail(new Error(`docker run ended with ${code}:\n${output}`)));
  });
  child.removeAllListeners('exit');
  const ended = once(child, 'exit');
  docker('rm', '--force', NAMES.docker);
  await ended;
  return time;
}

/** How long `backlot start` takes until it says that the container is ready. */
async function startWithBacklot(): Promise<number> {
  const began = performance.now();
  const args = ['start', '-d', '--wait', '--port', '0', '--name', NAMES.backlot, '--image', IMAGE];
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'], cwd: '/' });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code] = (await once(child, 'exit')) as [number | null];
  const time = performance.now() - began;
  if (code !== 0) throw new Error(`backlot start ended with ${code}:\n${said}`);
  docker('rm', '--force', NAMES.backlot);
  return time;
}

async function main(): Promise<void> {
  console.error(`building ${IMAGE}`);
  docker('build', '--quiet', '--tag', IMAGE, ROOT);
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
    'backlot start -d --wait': { 'ms to Ready.': Math.round(start), times: (start / run).toFixed(2) },
  });
  console.log(`${start / run <= MOST_TIMES ? 'met    ' : 'NOT MET'}  at most ${MOST_TIMES} times docker run`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
