import { spawn } from 'node:child_process';
import { access, constants, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Logger } from 'winston';

/** The stages in the life of the platform, in order. */
export const STAGES = ['BOOT', 'START', 'READY', 'SHUTDOWN'] as const;
export type Stage = (typeof STAGES)[number];

export type ScriptState = 'UNKNOWN' | 'RUNNING' | 'SUCCESSFUL' | 'ERROR';

/** One init script, in the shape in which clients of LocalStack read it. */
export interface ScriptRecord {
  readonly stage: Stage;
  readonly name: string;
  readonly state: ScriptState;
}

/** What is known of init scripts: which stages are over, and how each script ended. */
export interface InitState {
  readonly completed: Readonly<Record<Stage, boolean>>;
  readonly scripts: readonly ScriptRecord[];
}

interface Script {
  readonly stage: Stage;
  readonly path: string;
  readonly name: string;
  state: ScriptState;
}

export interface InitScriptsOptions {
  /** Folders with `boot.d`, `start.d`, `ready.d` and `shutdown.d`; each may be missing. */
  readonly directories: readonly string[];
  readonly log: Logger;
  /** How long one script may run, in milliseconds. */
  readonly limit: number;
  readonly environment: NodeJS.ProcessEnv;
  /** What another process found for the stages that it ran. */
  readonly known?: InitState;
}

/**
 * Runs users’ scripts at the stages of the platform’s life: executable `.sh` files, below the folder of the stage,
 * sorted by path. A script that fails is reported, and the rest still run. A stage runs once.
 */
export class InitScripts {
  readonly #options: InitScriptsOptions;
  readonly #completed: Record<Stage, boolean>;
  readonly #scripts: Script[] = [];
  readonly #known: readonly ScriptRecord[];
  readonly #begun = new Set<Stage>();

  constructor(options: InitScriptsOptions) {
    this.#options = options;
    this.#completed = { BOOT: false, START: false, READY: false, SHUTDOWN: false, ...options.known?.completed };
    this.#known = options.known?.scripts.filter(({ stage }) => this.#completed[stage]) ?? [];
    for (const stage of STAGES) if (this.#completed[stage]) this.#begun.add(stage);
  }

  /** Finds the scripts of all stages, so that they are listed before they run. */
  async discover(): Promise<void> {
    const seen = new Set<string>();
    for (const stage of STAGES) {
      if (this.#completed[stage]) continue;
      for (const directory of this.#options.directories) {
        const folder = join(directory, `${stage.toLowerCase()}.d`);
        const real = await realpath(folder).catch(() => undefined);
        // Two names of one folder, as /etc/localstack and /etc/backlot may be, do not run a script twice.
        if (real === undefined || seen.has(real)) continue;
        seen.add(real);
        for (const path of await this.#scriptsIn(folder)) {
          this.#scripts.push({ stage, path, name: path.slice(folder.length + 1), state: 'UNKNOWN' });
        }
      }
    }
  }

  /** The state of all stages and scripts. */
  state(): InitState {
    const scripts = this.#scripts.map(({ stage, name, state }) => ({ stage, name, state }));
    return { completed: { ...this.#completed }, scripts: [...this.#known, ...scripts] };
  }

  /** Runs the scripts of a stage, one after the other. Never throws for a script; does nothing the second time. */
  async run(stage: Stage, signal?: AbortSignal): Promise<void> {
    if (this.#begun.has(stage)) return;
    this.#begun.add(stage);
    for (const script of this.#scripts) {
      if (script.stage !== stage || signal?.aborted) continue;
      script.state = 'RUNNING';
      const failure = await this.#execute(script, signal);
      script.state = failure === undefined ? 'SUCCESSFUL' : 'ERROR';
      if (failure !== undefined) this.#options.log.error(`init script ${script.path} ${failure}`);
    }
    this.#completed[stage] = true;
  }

  async #scriptsIn(folder: string): Promise<string[]> {
    const files = await readdir(folder, { recursive: true });
    const runnable: string[] = [];
    for (const file of files.filter((each) => each.endsWith('.sh')).sort()) {
      const path = join(folder, file);
      if (await isExecutable(path)) runnable.push(path);
      else this.#options.log.warn(`init script ${path} is not executable and is left out: chmod +x it`);
    }
    return runnable;
  }

  /** Runs one script and waits for it; says how it failed, or undefined. */
  #execute(script: Script, signal?: AbortSignal): Promise<string | undefined> {
    const { log, limit, environment } = this.#options;
    const child = spawn(script.path, {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: limit,
      killSignal: 'SIGKILL',
      ...(signal ? { signal } : {}),
    });
    const began = Date.now();
    relayLines(child.stdout, (line) => log.info(`${script.name}: ${line}`));
    relayLines(child.stderr, (line) => log.warn(`${script.name}: ${line}`));
    return new Promise((resolve) => {
      child.once('error', (error) => resolve(`could not be run: ${error.message}`));
      // A process that the script left behind may hold its output open for ever: the script’s own end counts.
      child.once('exit', (code, killer) => {
        if (code === 0) resolve(undefined);
        else if (killer === 'SIGKILL' && Date.now() - began >= limit) {
          resolve(`did not end within ${limit / 1000} s and was killed (BACKLOT_INIT_TIMEOUT)`);
        } else resolve(killer === null ? `ended with exit code ${code}` : `was ended by ${killer}`);
      });
    });
  }
}

function relayLines(stream: Readable, take: (line: string) => void): void {
  createInterface({ input: stream }).on('line', take);
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
