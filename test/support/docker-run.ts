import { execFile, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { waitFor } from './wait-for';

const run = promisify(execFile);
export const REPOSITORY = resolve(__dirname, '..', '..');
export const FIXTURES = join(REPOSITORY, 'test', 'fixtures', 'extensions');

/** The image that the e2e tests run, built once before them. */
export const IMAGE = 'backlot:e2e';

/** A name that no other container, volume or project of this machine has. */
export function uniqueName(purpose: string): string {
  return `backlot-e2e-${purpose}-${randomBytes(4).toString('hex')}`;
}

/** Runs `docker` and gives what it printed on stdout. Rejects, with its stderr, when it fails. */
export async function docker(...args: string[]): Promise<string> {
  return (await run('docker', args, { maxBuffer: 64 * 1024 * 1024 })).stdout.trim();
}

/** A container of a test’s own, removed by {@link removeContainers}. */
export class Container {
  constructor(readonly name: string) {
    containers.push(this);
  }

  /** Starts a container of the image, with 4566 on a free port of 127.0.0.1. */
  static async run(options: readonly string[] = [], command: readonly string[] = []): Promise<Container> {
    const container = new Container(uniqueName('container'));
    await docker('run', '-d', '--name', container.name, '-p', '127.0.0.1::4566', ...options, IMAGE, ...command);
    return container;
  }

  /** What the container wrote, each stream by itself. */
  logs(): { stdout: string; stderr: string } {
    const { stdout, stderr } = spawnSync('docker', ['logs', this.name], { encoding: 'utf8' });
    return { stdout, stderr };
  }

  /** Waits until the marker has been printed so many times. */
  async ready(times = 1): Promise<void> {
    const marked = async (): Promise<boolean> => {
      const { stdout, stderr } = this.logs();
      if (stdout.split('\n').filter((line) => line === 'Ready.').length >= times) return true;
      if (!(await this.isRunning())) throw new Error(`the container ended:\n${stdout}\n${stderr}`);
      return false;
    };
    await waitFor(`the marker of ${this.name}`, marked, 60_000);
  }

  async url(): Promise<string> {
    return `http://${await docker('port', this.name, '4566/tcp')}`;
  }

  async json<T = unknown>(path: string, init?: RequestInit): Promise<T> {
    return (await (await fetch((await this.url()) + path, init)).json()) as T;
  }

  async inspect(format: string): Promise<string> {
    return docker('inspect', '--format', format, this.name);
  }

  async isRunning(): Promise<boolean> {
    return (await this.inspect('{{.State.Running}}')) === 'true';
  }

  /** Waits for the end; gives the exit code. */
  async ended(): Promise<number> {
    await waitFor(`the end of ${this.name}`, async () => !(await this.isRunning()), 60_000);
    return Number(await this.inspect('{{.State.ExitCode}}'));
  }

  async exec(...command: string[]): Promise<string> {
    return docker('exec', this.name, ...command);
  }

  async remove(): Promise<void> {
    await docker('rm', '-fv', this.name).catch(() => undefined);
  }
}

const containers: Container[] = [];

/** Removes every container that this test file made. */
export async function removeContainers(): Promise<void> {
  await Promise.all(containers.splice(0).map((container) => container.remove()));
}
