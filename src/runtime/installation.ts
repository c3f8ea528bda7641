/** How this platform installs packages: what the init process and the runtime have in common. */
import { dirname, join } from 'node:path';
import type { Logger } from 'winston';
import { installExtensions, type InstallOptions, type InstallOutcome } from '../extensions/install';
import { entriesFromAutoInstall, mergeEntries, readExtensionList, type ExtensionEntry } from '../extensions/list';
import { findLock, type LockSettings } from '../extensions/lock';
import { PACKAGE_ROOT, VERSION } from '../extensions/own-package';
import { Additions } from './additions';
import { isSet, type Settings } from './settings';
import type { Volume } from './volume';

export interface InstallationOptions {
  readonly settings: Settings;
  readonly environment: NodeJS.ProcessEnv;
  readonly volume: Volume;
  readonly log: Logger;
}

export class Installation {
  readonly additions: Additions;

  constructor(private readonly options: InstallationOptions) {
    this.additions = new Additions(options.volume);
  }

  /** The entries of extensions.json, of EXTENSION_AUTO_INSTALL, and those that were added over HTTP. */
  async entries(): Promise<ExtensionEntry[]> {
    const { settings, environment } = this.options;
    const listed = await readExtensionList(settings.BACKLOT_EXTENSIONS_FILE, {
      mustExist: isSet(environment, 'BACKLOT_EXTENSIONS_FILE') && !settings.BACKLOT_IN_CONTAINER,
    });
    const automatic = entriesFromAutoInstall(settings.EXTENSION_AUTO_INSTALL, process.cwd());
    return mergeEntries(mergeEntries(listed, automatic), await this.additions.read());
  }

  /** Sees that the packages of entries are there. `more` goes before what the platform is set up with. */
  async install(entries: readonly ExtensionEntry[], more: Partial<InstallOptions> = {}): Promise<InstallOutcome[]> {
    const { settings, volume, log } = this.options;
    return installExtensions(entries, {
      libDirectory: join(volume.lib, 'extensions'),
      cacheDirectory: volume.cache,
      temporaryDirectory: volume.tmp,
      platformRoot: PACKAGE_ROOT,
      platformVersion: VERSION,
      bundledDirectory: join(PACKAGE_ROOT, 'bundled'),
      sourceDirectory: join(PACKAGE_ROOT, 'extensions'),
      lock: await this.#lock(),
      projectDirectory: dirname(settings.BACKLOT_EXTENSIONS_FILE),
      // In the container there are no other files of settings; the secret is used where it lies, never copied.
      ...(settings.BACKLOT_IN_CONTAINER ? { npmrc: settings.BACKLOT_NPMRC } : {}),
      fetchTimeout: settings.BACKLOT_FETCH_TIMEOUT * 1000,
      onProgress: ({ phase, message }) => {
        if (phase !== 'failed') log.info(message);
      },
      ...more,
    });
  }

  #lock(): Promise<LockSettings> {
    const { settings, environment, volume } = this.options;
    return findLock({
      listFile: settings.BACKLOT_EXTENSIONS_FILE,
      fallback: join(volume.lib, 'extensions.lock.json'),
      isCi: Boolean(environment.CI),
      ...(settings.BACKLOT_FROZEN === undefined ? {} : { frozen: settings.BACKLOT_FROZEN }),
    });
  }
}
