#!/usr/bin/env node
/**
 * The init process: runs the boot scripts, installs what extensions.json asks for and the volume lacks, then runs the
 * runtime and stays with it. Exit codes: 0 after an orderly stop, 1 when the start was refused or the runtime failed.
 */
import { join } from 'node:path';
import type { Logger } from 'winston';
import { asBacklotError } from '../api/errors';
import { installExtensions } from '../extensions/install';
import { entriesFromAutoInstall, mergeEntries, readExtensionList, type ExtensionEntry } from '../extensions/list';
import { findLock, type LockSettings } from '../extensions/lock';
import { reportExtensions, type BootReport } from './boot-report';
import { InitScripts } from './init-scripts';
import { Logging } from './logging';
import { PACKAGE_ROOT, VERSION } from '../extensions/own-package';
import { findTypingErrors, isSet, logLevel, readSettings, withoutPrefix, type Settings } from './settings';
import { Supervisor } from './supervisor';
import { openVolume, type Volume } from './volume';

async function main(): Promise<number> {
  const startedAt = Date.now();
  const environment = withoutPrefix(process.env);
  const settings = readSettings(environment);
  const logging = new Logging({ level: logLevel(settings), format: settings.LOG_FORMAT });
  const log = logging.scope('init');
  for (const { name, meant } of findTypingErrors(environment)) {
    log.warn(`${name} is not a setting of Backlot: did you mean ${meant}?`);
  }

  const supervisor = new Supervisor({
    environment,
    log,
    restartLimit: settings.BACKLOT_RESTART_LIMIT,
    shutdownTimeout: settings.BACKLOT_SHUTDOWN_TIMEOUT * 1000,
  });
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stop.abort();
      supervisor.stop();
    });
  }
  try {
    const report = await boot({
      settings,
      environment,
      log,
      extensionsLog: logging.scope('extensions'),
      startedAt,
      stop,
    });
    return stop.signal.aborted ? 0 : await supervisor.run(report);
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
  readonly extensionsLog: Logger;
  readonly startedAt: number;
  readonly stop: AbortController;
}

/** All that comes before the runtime: the boot stage, the list, and the installation. */
async function boot({ settings, environment, log, extensionsLog, startedAt, stop }: BootOptions): Promise<BootReport> {
  const volume = await openVolume(settings.BACKLOT_VOLUME);
  const scripts = new InitScripts({
    directories: settings.BACKLOT_INIT_DIRS,
    log,
    limit: settings.BACKLOT_INIT_TIMEOUT * 1000,
    environment,
  });
  await scripts.discover();
  await scripts.run('BOOT', stop.signal);

  const listed = await readExtensionList(settings.BACKLOT_EXTENSIONS_FILE, {
    mustExist: isSet(environment, 'BACKLOT_EXTENSIONS_FILE') && !settings.BACKLOT_IN_CONTAINER,
  });
  const entries = mergeEntries(listed, entriesFromAutoInstall(settings.EXTENSION_AUTO_INSTALL, process.cwd()));
  const lock = await findLock({
    listFile: settings.BACKLOT_EXTENSIONS_FILE,
    fallback: join(volume.lib, 'extensions.lock.json'),
    isCi: Boolean(environment.CI),
    ...(settings.BACKLOT_FROZEN === undefined ? {} : { frozen: settings.BACKLOT_FROZEN }),
  });
  const outcomes = await install(entries, { settings, volume, lock, log: extensionsLog, signal: stop.signal });
  return { extensions: reportExtensions(entries, outcomes), init: scripts.state(), startedAt };
}

interface InstallSurroundings {
  readonly settings: Settings;
  readonly volume: Volume;
  readonly lock: LockSettings;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

function install(entries: readonly ExtensionEntry[], { settings, volume, lock, log, signal }: InstallSurroundings) {
  return installExtensions(entries, {
    libDirectory: join(volume.lib, 'extensions'),
    cacheDirectory: volume.cache,
    temporaryDirectory: volume.tmp,
    platformRoot: PACKAGE_ROOT,
    platformVersion: VERSION,
    bundledDirectory: join(PACKAGE_ROOT, 'bundled'),
    sourceDirectory: join(PACKAGE_ROOT, 'extensions'),
    lock,
    complete: true,
    fetchTimeout: settings.BACKLOT_FETCH_TIMEOUT * 1000,
    signal,
    onProgress: ({ phase, message }) => {
      if (phase !== 'failed') log.info(message);
    },
  });
}

// A reader of our output that went away is no reason to end.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${asBacklotError(error, 'BACKLOT_E_INTERNAL', 'the start failed').format()}\n`);
    process.exit(1);
  },
);
