import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Logging } from '../runtime/logging';
import { Platform } from '../runtime/platform';
import { readSettings } from '../runtime/settings';
import { openVolume } from '../runtime/volume';
import { callingPackage } from './calling-package';
import { Failures } from './failures';
import { prepareExtensions, type GivenExtension } from './given-extension';
import { importerWith } from './import-class';
import { TestPlatform, type LogEntry } from './test-platform';

/** What a test platform is to be. */
export interface TestPlatformOptions {
  /** Classes of extensions, or folders of their packages, in the order in which their hooks are to run. */
  readonly extensions?: readonly GivenExtension[];
  /** `config` by the name of the extension, as it would stand in extensions.json; the extension’s schema validates it. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** The path of a seed, a file or folder, by the name of the extension; from the working directory. */
  readonly seed?: Readonly<Record<string, string>>;
  /** How long the import, and each hook, of an extension may take, in milliseconds; 5000 when left out. */
  readonly hookTimeout?: number;
  /** Prints the log, too. */
  readonly print?: boolean;
}

/** How long closing may take, in seconds: half for requests in flight, half for the extensions. */
const CLOSING_SECONDS = '2';

/** The boot stage belongs to the init process, which a test platform has none of. */
const COMPLETED = { BOOT: true, START: false, READY: false, SHUTDOWN: false };

/**
 * Starts a platform in this process, on a free port of 127.0.0.1, with a temporary folder for its data. All hooks have
 * run when the promise resolves, `onPlatformReady` included. Several can live at once.
 *
 * Rejects with the BacklotError of the first extension that fails; everything that was started is closed then. Nothing
 * of the process is changed, and nothing stays open after {@link TestPlatform.close}.
 */
export async function createTestPlatform(options: TestPlatformOptions = {}): Promise<TestPlatform> {
  const { extensions = [], config = {}, seed = {}, hookTimeout = 5_000 } = options;
  const caller = callingPackage();
  const directory = await realpath(await mkdtemp(path.join(tmpdir(), 'backlot-testing-')));
  const logs: LogEntry[] = [];
  const failures = new Failures();
  const settings = readSettings({
    GATEWAY_LISTEN: '127.0.0.1:0',
    LOCALSTACK_HOST: '127.0.0.1:0',
    BACKLOT_VOLUME: path.join(directory, 'volume'),
    BACKLOT_INIT_DIRS: path.join(directory, 'init'),
    BACKLOT_HOOK_TIMEOUT: String(hookTimeout / 1000),
    BACKLOT_SHUTDOWN_TIMEOUT: CLOSING_SECONDS,
  });
  try {
    const { reported, classes } = await prepareExtensions(
      extensions,
      { config, seed },
      {
        directory: path.join(directory, 'packages'),
        packageOfClasses: caller,
      },
    );
    const platform = new Platform({
      settings,
      environment: process.env,
      volume: await openVolume(settings.BACKLOT_VOLUME),
      logging: capturingLog(logs, options.print === true),
      boot: { extensions: reported, init: { completed: COMPLETED, scripts: [] }, startedAt: Date.now() },
      onShutDownRequest: () => undefined,
      announce: () => undefined,
      importClass: importerWith(classes),
      onFailure: failures.add,
    });
    failures.watch(platform);
    const test = new TestPlatform({ platform, directory, logs, failures });
    await startOrClose(platform, test);
    return test;
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

async function startOrClose(platform: Platform, test: TestPlatform): Promise<void> {
  try {
    await platform.start();
  } catch (error) {
    // Why the start failed says more than what may go wrong on the way back.
    await test.close().catch(() => undefined);
    throw platform.extensions.failedRequired()?.error ?? error;
  }
}

function capturingLog(entries: LogEntry[], print: boolean): Logging {
  return new Logging({
    level: 'trace',
    format: 'human',
    sink: (entry, text) => {
      entries.push(entry);
      if (print) process.stdout.write(`${text}\n`);
    },
  });
}
