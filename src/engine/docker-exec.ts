import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';
import { type ExecSpec, EngineRefusal, type RunningExec } from './engine';
import { readFrames, readPlain } from './log-frames';

/** How long the engine may take to know the exit code after the output has ended. */
const EXIT_LIMIT_MS = 10_000;
const EXIT_PAUSE_MS = 20;

/** Runs a command in a container that runs; comes back when its output can be read. Rejects with dockerode's errors. */
export async function openExec(
  docker: Docker,
  id: string,
  spec: ExecSpec,
  abortSignal: AbortSignal,
): Promise<RunningExec> {
  const { terminal } = spec;
  const exec = await docker.getContainer(id).exec({
    Cmd: [...spec.command],
    Env: Object.entries(spec.environment ?? {}).map(([name, value]) => `${name}=${value}`),
    ...(spec.workingDirectory === undefined ? {} : { WorkingDir: spec.workingDirectory }),
    ...(spec.user === undefined ? {} : { User: spec.user }),
    Tty: terminal !== undefined,
    AttachStdin: spec.input,
    AttachStdout: true,
    AttachStderr: true,
    abortSignal,
  });
  // Hijacked, the connection can be closed on our side alone, which is how standard input ends.
  const connection = await exec.start({ hijack: true, stdin: spec.input, Tty: terminal !== undefined, abortSignal });
  // Who reads the output is told of what breaks it; what breaks only our writing is the end of the command.
  connection.on('error', () => undefined);
  const resize = async (size: { columns: number; rows: number }): Promise<void> => {
    await exec.resize({ w: size.columns, h: size.rows });
  };
  if (terminal) await resizeWhenStarted(exec, () => resize(terminal));
  return {
    input: connection,
    output: () => (terminal ? readPlain(connection) : readFrames(connection)),
    resize,
    exitCode: () => exitCodeOf(exec),
    close: () => void connection.destroy(),
  };
}

/** How often the size of a terminal is told to a command that may not have one yet, because it only just starts. */
const RESIZE_ATTEMPTS = 10;

/** Before anything is typed: a program that asks early is told the right size, too. */
async function resizeWhenStarted(exec: Docker.Exec, resize: () => Promise<void>): Promise<void> {
  for (let attempt = 1; attempt <= RESIZE_ATTEMPTS; attempt++) {
    try {
      return await resize();
    } catch {
      const { Running, ExitCode } = await exec.inspect();
      // One that has ended already has no size.
      if (!Running && ExitCode !== null) return;
      await delay(attempt * EXIT_PAUSE_MS);
    }
  }
}

async function exitCodeOf(exec: Docker.Exec): Promise<number> {
  const until = Date.now() + EXIT_LIMIT_MS;
  for (;;) {
    // The output can end a moment before the engine knows how the command ended.
    const { Running, ExitCode } = await exec.inspect();
    if (!Running && ExitCode !== null) return ExitCode;
    if (Date.now() > until) throw new EngineRefusal('its output has ended, but it has not', undefined);
    await delay(EXIT_PAUSE_MS);
  }
}
