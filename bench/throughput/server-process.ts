/** The servers of the bench, each in a process of its own, with its output in a file. */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, closeSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { buildSync } from 'esbuild';
import { CHAIN, HOSTS, rulePath, ROUTES } from './workload';

const ROOT = resolve(__dirname, '..', '..');
const START_LIMIT_MS = 60_000;

/** How many extensions the rules and the chain come from. */
const EXTENSIONS = 5;

export interface ServerProcess {
  readonly name: string;
  readonly port: number;
  readonly process: ChildProcess;
}

/** Starts one of the servers beside this file. */
export function startServer(home: string, name: string, file: string, args: string[] = []): Promise<ServerProcess> {
  const output = openSync(join(home, `${fileName(name)}.log`), 'w');
  const child = forkPlain(home, join(__dirname, `${file}.ts`), args, output);
  closeSync(output);
  return new Promise((done, fail) => {
    child.once('message', ({ port }: { port: number }) => done({ name, port, process: child }));
    child.once('exit', (code) => fail(new Error(`${name} ended with ${code}`)));
  });
}

/** Starts a program as plain JavaScript: what ts-node loads makes every event of Node slower. */
export function forkPlain(home: string, file: string, args: string[] = [], output?: number): ChildProcess {
  const program = join(home, `${basename(file, '.ts')}.js`);
  buildSync({
    entryPoints: [file],
    outfile: program,
    bundle: true,
    platform: 'node',
    target: 'node20',
    packages: 'external',
  });
  return fork(program, args, {
    env: { ...process.env, NODE_PATH: join(ROOT, 'node_modules') },
    execArgv: [],
    stdio: ['ignore', output ?? 'inherit', 'inherit', 'ipc'],
  });
}

/** Starts Backlot as it is built, with five extensions that share rules and chain. */
export function startBacklot(home: string, name: string, environment: NodeJS.ProcessEnv = {}): Promise<ServerProcess> {
  const folder = join(home, fileName(name));
  mkdirSync(folder);
  return startWith(
    home,
    name,
    Array.from({ length: EXTENSIONS }, (_, n) => extension(folder, n)),
    environment,
  );
}

/** Starts Backlot as it is built, on a free port, with these entries in its list of extensions. */
export async function startWith(
  home: string,
  name: string,
  entries: readonly unknown[],
  environment: NodeJS.ProcessEnv = {},
): Promise<ServerProcess> {
  const folder = join(home, fileName(name));
  mkdirSync(folder, { recursive: true });
  const list = join(folder, 'extensions.json');
  writeFileSync(list, JSON.stringify({ extensions: entries }));
  const log = join(home, `${fileName(name)}.log`);
  const output = openSync(log, 'w');
  const child = spawn(process.execPath, [join(ROOT, 'dist', 'bin', 'init.js')], {
    env: {
      ...process.env,
      GATEWAY_LISTEN: '127.0.0.1:0',
      BACKLOT_EXTENSIONS_FILE: list,
      BACKLOT_VOLUME: join(folder, 'volume'),
      ...environment,
    },
    stdio: ['ignore', output, 'inherit'],
  });
  closeSync(output);
  for (const end = performance.now() + START_LIMIT_MS; ; await delay(10)) {
    const written = readFileSync(log, 'utf8');
    const port = /127\.0\.0\.1:(\d+)[^]*^Ready\.$/m.exec(written)?.[1];
    if (port !== undefined) return { name, port: Number(port), process: child };
    if (child.exitCode === null && performance.now() < end) continue;
    child.kill();
    throw new Error(`${name} did not start:\n${written}`);
  }
}

/** Writes a package of an extension that has its part of the rules and of the chain; gives its entry in the list. */
function extension(folder: string, part: number): object {
  const directory = join(folder, `bench-${part}`);
  cpSync(join(__dirname, 'extension'), directory, { recursive: true });
  const name = `bench-${part}`;
  const manifest = {
    name: `backlot-extension-${name}`,
    version: '1.0.0',
    backlot: { extensions: { [name]: './extension.js' } },
    peerDependencies: { backlot: '*' },
  };
  writeFileSync(join(directory, 'package.json'), JSON.stringify(manifest));
  const mine = (count: number): number => Math.floor(count / EXTENSIONS) + (part < count % EXTENSIONS ? 1 : 0);
  return {
    spec: `file:${directory}`,
    config: {
      hosts: HOSTS.filter((_, n) => n % EXTENSIONS === part).map((host) => ({
        host,
        rules: ROUTES.map((route) => ({ path: rulePath(route), route })),
      })),
      request: mine(CHAIN.request),
      response: mine(CHAIN.response),
      finalizer: mine(CHAIN.finalizer),
    },
  };
}

/** Ends a server in order. */
export async function stopServer({ process: child }: ServerProcess): Promise<void> {
  child.removeAllListeners('exit');
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  await ended;
}

/** The processor time that a server and its children have used so far, in seconds; NaN where the system does not tell. */
export function cpuSeconds({ process: child }: ServerProcess): number {
  try {
    const { pid } = child;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
    const threads = [String(pid), ...children].flatMap((each) => {
      return readdirSync(`/proc/${each}/task`).map((thread) => `/proc/${each}/task/${thread}/schedstat`);
    });
    const nanoseconds = threads.map((file) => Number(readFileSync(file, 'utf8').split(' ')[0]));
    return nanoseconds.reduce((sum, each) => sum + each, 0) / 1e9;
  } catch {
    return NaN;
  }
}

function fileName(name: string): string {
  return name.replace(/\W+/g, '-').toLowerCase();
}
