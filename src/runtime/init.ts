/**
 * The init process: runs the boot scripts, installs what extensions.json asks for and the volume lacks, then runs the
 * runtime and stays with it. Exit codes: 0 after an orderly stop, 1 when the start was refused or the runtime failed.
 */
import type { ChildProcess } from 'node:child_process';
import type { Logger } from 'winston';
import { asBacklotError } from '../api/errors';
import { reportExtensions, type BootReport, type ReportedExtension } from './boot-report';
import { InitScripts } from './init-scripts';
import { Installation } from './installation';
import { Logging } from './logging';
import { findTypingErrors, logLevel, readSettings, withoutPrefix, withoutSecrets, type Settings } from './settings';
import { Supervisor } from './supervisor';
import { openVolume } from './volume';

async function run(firstRuntime: ChildProcess): Promise<number> {
  const startedAt = Date.now();
  const environment = withoutPrefix(process.env);
  const settings = readSettings(environment);
  const logging = new Logging({ level: logLevel(settings), format: settings.LOG_FORMAT });
  const log = logging.scope('init');
  for (const { name, meant } of findTypingErrors(environment)) {
    log.warn(`${name} is not a setting of Backlot: did you mean ${meant}?`);
  }

  const supervisor = new Supervisor(firstRuntime, {
    log,
    restartLimit: settings.BACKLOT_RESTART_LIMIT,
    shutdownTimeout: settings.BACKLOT_SHUTDOWN_TIMEOUT * 1000,
    stallLimit: settings.BACKLOT_STALL_LIMIT * 1000,
  });
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stop.abort();
      supervisor.stop();
    });
  }
  try {
    const installation = await openInstallation(settings, environment, logging);
    const report = await boot({ settings, environment, log, installation, startedAt, stop });
    const renew = async (last: BootReport): Promise<BootReport> => {
      try {
        return { ...last, extensions: await installAll(installation, stop.signal) };
      } catch (error) {
        log.error(asBacklotError(error, 'BACKLOT_E_INTERNAL', 'the list cannot be read anew').format());
        return last;
      }
    };
    return stop.signal.aborted ? 0 : await supervisor.run(report, renew);
  } catch (error) {
    supervisor.stop();
    if (stop.signal.aborted) return 0;
    log.error(asBacklotError(error, 'BACKLOT_E_INTERNAL', 'the start failed').format());
    return 1;
  }
}

interface BootOptions {
  readonly settings: Settings;
  readonly environment: NodeJS.ProcessEnv;
  readonly log: Logger;
  readonly installation: Installation;
  readonly startedAt: number;
  readonly stop: AbortController;
}

/** All that comes before the runtime: the boot stage, the list, and the installation. */
async function boot({ settings, environment, log, installation, startedAt, stop }: BootOptions): Promise<BootReport> {
  const scripts = new InitScripts({
    directories: settings.BACKLOT_INIT_DIRS,
    log,
    limit: settings.BACKLOT_INIT_TIMEOUT * 1000,
    environment: withoutSecrets(environment),
  });
  await scripts.discover();
  await scripts.run('BOOT', stop.signal);
  return { extensions: await installAll(installation, stop.signal), init: scripts.state(), startedAt };
}

async function openInstallation(
  settings: Settings,
  environment: NodeJS.ProcessEnv,
  logging: Logging,
): Promise<Installation> {
  const volume = await openVolume(settings.BACKLOT_VOLUME);
  return new Installation({ settings, environment, volume, log: logging.scope('extensions') });
}

async function installAll(installation: Installation, signal: AbortSignal): Promise<ReportedExtension[]> {
  const entries = await installation.entries();
  return reportExtensions(entries, await installation.install(entries, { complete: true, signal }));
}

/**
 * The part of a start that installs, alone: sees that each package is there that the list names, and gives what came of it,
 * with the time that it took after the settings were read, in milliseconds.
 */
export async function install(
  environment: NodeJS.ProcessEnv,
): Promise<{ extensions: ReportedExtension[]; milliseconds: number }> {
  const settings = readSettings(environment);
  const logging = new Logging({ level: logLevel(settings), format: settings.LOG_FORMAT });
  const installation = await openInstallation(settings, environment, logging);
  const began = performance.now();
  const extensions = await installAll(installation, new AbortController().signal);
  return { extensions, milliseconds: performance.now() - began };
}

/** Runs the init process to its end, with a runtime process that has been started already. */
export function main(firstRuntime: ChildProcess): void {
  // A reader of our output that went away is no reason to end.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  run(firstRuntime).then(
    (code) => process.exit(code),
    (error: unknown) => {
      process.stderr.write(`${asBacklotError(error, 'BACKLOT_E_INTERNAL', 'the start failed').format()}\n`);
      process.exit(1);
    },
  );
}
