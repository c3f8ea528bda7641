/** The bench on another Node: in a container that sees the repository, and nothing of the network. */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = resolve(__dirname, '..', '..');
export const IMAGE = 'node:24-bookworm-slim';

/** Says why nothing can be run in a container; undefined when it can. */
export async function whyNoContainer(): Promise<string | undefined> {
  try {
    await run('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: 10_000 });
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    return `no Docker engine answers: ${(stderr || message).trim().split('\n')[0]}`;
  }
  try {
    await run('docker', ['image', 'inspect', IMAGE]);
  } catch {
    return `the engine has no image ${IMAGE}: docker pull ${IMAGE}`;
  }
  return undefined;
}

/** Runs a program of the repository with the Node of the image, and gives what it printed. */
export async function runInContainer(program: string, args: readonly string[]): Promise<string> {
  const node = ['node', '-r', 'ts-node/register/transpile-only', program, ...args];
  const { stdout } = await run('docker', [
    'run',
    '--rm',
    ...['--network', 'none', '--volume', `${ROOT}:/backlot:ro`, '--workdir', '/backlot', '--init'],
    IMAGE,
    ...node,
  ]);
  return stdout;
}
