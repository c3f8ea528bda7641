/**
 * The runtime process: the platform with its gateway and extensions. The init process starts it, hands it the boot
 * report, and restarts it when it crashes. Its exit codes are those of ./exit-codes.
 */
import Module, { createRequire } from 'node:module';
import { join } from 'node:path';
import { asBacklotError, describeCause } from '../api/errors';
import { catchEscapes } from '../extensions/supervise/escapes';
import type { BackInUse, BootReport } from './boot-report';
import { EXIT } from './exit-codes';
import { Logging } from './logging';
import { Platform } from './platform';
import { logLevel, readSettings, withoutPrefix, withoutSecrets, type Settings } from './settings';
import { volumeAt } from './volume';
import { giveSigns } from './watchdog/watch-start';
import type * as Watchdog from './watchdog/watchdog';

/** How much longer than its limit an orderly shutdown may take before the process ends itself, in milliseconds. */
const GRACE = 1_000;

async function run(boot: BootReport): Promise<void> {
  const environment = withoutPrefix(process.env);
  const settings = readSettings(environment);
  // Extensions see our environment, and so do the programs that they start.
  const shown = withoutSecrets(environment);
  // Express shows stacks to clients in any other environment.
  process.env = settings.DEBUG ? shown : { ...shown, NODE_ENV: 'production' };
  const logging = new Logging({ level: logLevel(settings), format: settings.LOG_FORMAT });
  const log = logging.scope('runtime');

  const stop = (exitCode: number): void => {
    process.exitCode = exitCode;
    setTimeout(
      () => {
        log.error('the shutdown did not end in time; BACKLOT_SHUTDOWN_TIMEOUT is its limit in seconds');
        process.exit(1);
      },
      settings.BACKLOT_SHUTDOWN_TIMEOUT * 1000 + GRACE,
    ).unref();
    platform.stop().then(
      () => process.exit(),
      (error: unknown) => {
        log.error(`the shutdown failed: ${describeCause(error)}`);
        process.exit(1);
      },
    );
  };
  // What is loaded from here on are extensions, for the most part.
  const volume = volumeAt(settings.BACKLOT_VOLUME);
  cacheCompiledModules(join(volume.cache, 'compiled'));
  const platform = new Platform({
    settings,
    environment: shown,
    volume,
    logging,
    boot,
    onShutDownRequest: (how) => stop(how === 'restart' ? EXIT.restart : EXIT.stopped),
    onReady: () => watchFromNow(),
    onStarted: (names) => process.send?.({ backInUse: names } satisfies BackInUse),
  });

  catchEscapes(platform.attribution, {
    fromExtension: (extension, thrown, origin) => platform.extensions.reportEscaped(extension, thrown, origin),
    fromPlatform: (thrown, origin) => {
      log.error(asBacklotError(thrown, 'BACKLOT_E_INTERNAL', origin).format());
      process.exit(1);
    },
  });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stop(EXIT.stopped));
  process.on('disconnect', () => stop(EXIT.stopped));

  const watchFromNow = watchEventLoop(platform, settings, boot.isRestart ?? false);
  try {
    await platform.start();
  } catch (error) {
    log.error(asBacklotError(error, 'BACKLOT_E_INTERNAL', 'the start failed').format());
    stop(EXIT.refused);
  }
}

/** Lets Node keep the compiled code of modules between starts, where it can (from Node 22 on). */
function cacheCompiledModules(directory: string): void {
  (Module as { enableCompileCache?: (directory: string) => unknown }).enableCompileCache?.(directory);
}

/**
 * Watches the event loop, at once after a restart. In a first start, nothing of the watchdog is loaded before the platform
 * serves requests, and the init process watches meanwhile. Gives what is to be called then.
 */
function watchEventLoop({ attribution }: Platform, settings: Settings, isRestart: boolean): () => void {
  const [warnAfter, endAfter] = [settings.BACKLOT_STALL_WARNING * 1000, settings.BACKLOT_STALL_LIMIT * 1000];
  const start = (): void => {
    if (warnAfter === 0 && endAfter === 0) return;
    const { startWatchdog } = createRequire(__filename)('./watchdog/watchdog') as typeof Watchdog;
    const log = { level: logLevel(settings), format: settings.LOG_FORMAT, isTerminal: process.stdout.isTTY };
    startWatchdog({ attribution, warnAfter, endAfter, log });
  };
  if (isRestart) {
    start();
    return () => undefined;
  }
  // Whoever debugs a start wants to halt it.
  const endSigns = endAfter === 0 || isDebugged() ? undefined : giveSigns(endAfter);
  return () => {
    endSigns?.();
    start();
  };
}

function isDebugged(): boolean {
  return [process.env.NODE_OPTIONS ?? '', ...process.execArgv].some((option) => option.includes('--inspect'));
}

/** Runs the runtime process as soon as it has its boot report. */
export function main(): void {
  // A reader of our output that went away is no reason to end.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  process.once('message', (boot) => void run(boot as BootReport));
}
