import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { temporaryDirectory } from './temporary-directory';
import { waitFor } from './wait-for';

export const REPOSITORY = resolve(__dirname, '..', '..');
export const FIXTURES = join(REPOSITORY, 'test', 'fixtures', 'extensions');

/** An entry of extensions.json. */
export type Entry = string | Record<string, unknown>;

export interface RunOptions {
  readonly extensions?: readonly Entry[] | string;
  readonly environment?: Record<string, string>;
  /** The folder for list, volume and scripts; a new one when left out. */
  readonly home?: string;
}

/** The built platform as a process of its own, on a free port, with a folder of its own for list, volume and scripts. */
export class RunningPlatform {
  stdout = '';
  stderr = '';
  readonly #ended: Promise<number | null>;

  private constructor(
    readonly home: string,
    readonly process: ChildProcess,
  ) {
    process.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    process.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.#ended = new Promise((settle) => process.once('close', (code) => settle(code)));
  }

  /** Starts the platform and returns at once. */
  static spawn({ extensions = [], environment = {}, home }: RunOptions = {}): RunningPlatform {
    const folder = home ?? temporaryDirectory();
    const list = join(folder, 'extensions.json');
    writeFileSync(list, typeof extensions === 'string' ? extensions : JSON.stringify({ extensions }));
    const child = spawn(process.execPath, [join(REPOSITORY, 'dist', 'bin', 'init.js')], {
      cwd: folder,
      env: {
        ...process.env,
        GATEWAY_LISTEN: '127.0.0.1:0',
        BACKLOT_EXTENSIONS_FILE: list,
        BACKLOT_VOLUME: join(folder, 'volume'),
        BACKLOT_INIT_DIRS: join(folder, 'init'),
        CI: '',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new RunningPlatform(folder, child);
  }

  /** Starts the platform and waits for its marker. */
  static async start(options: RunOptions = {}): Promise<RunningPlatform> {
    const platform = RunningPlatform.spawn(options);
    await platform.ready();
    return platform;
  }

  /** Waits until the marker has been printed so many times. */
  async ready(times = 1): Promise<void> {
    const marked = (): boolean => {
      if (this.process.exitCode !== null) throw new Error(`it ended with ${this.process.exitCode}:\n${this.output}`);
      return this.stdout.split('\n').filter((line) => line === 'Ready.').length >= times;
    };
    await waitFor('the marker', marked, 60_000);
  }

  get output(): string {
    return `${this.stdout}\n${this.stderr}`;
  }

  get url(): string {
    const port = [...this.stdout.matchAll(/gateway listens on 127\.0\.0\.1:(\d+)/g)].at(-1)?.[1];
    return `http://127.0.0.1:${port}`;
  }

  async json<T = unknown>(path: string, init?: RequestInit): Promise<T> {
    return (await (await fetch(this.url + path, init)).json()) as T;
  }

  /** The process id of the runtime, the one child that the init process has while it runs. */
  get runtimePid(): number {
    const { pid } = this.process;
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);
  }

  /** Waits for the end of the process; gives its exit code. */
  ended(): Promise<number | null> {
    return this.#ended;
  }

  /** Ends it in order; gives its exit code. */
  async stop(): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill('SIGTERM');
    return this.#ended;
  }
}
