import path from 'node:path';
import { chooseEngine } from '../../src/extensions/install/choose-engine';
import {
  installExtensions,
  type InstallOptions,
  type InstallOutcome,
} from '../../src/extensions/install/install-extensions';
import type { EngineCall, InstallEngine, TreeRequest, TreeResult } from '../../src/extensions/install/install-engine';
import { NpmEngine } from '../../src/extensions/install/npm/npm-engine';
import type { ExtensionEntry } from '../../src/extensions/list';

export const PLATFORM_ROOT = path.join(__dirname, '../..');
export const FIXTURES = path.join(PLATFORM_ROOT, 'test/fixtures/extensions');

/** An engine, and a count of the trees that it was asked for. */
export class CountingEngine implements InstallEngine {
  readonly id = 'counting';
  calls = 0;
  readonly #engine: InstallEngine;

  constructor(volume: string, kind: 'pnpm' | 'npm' = 'pnpm') {
    const settings = engineSettings(volume);
    this.#engine = kind === 'npm' ? new NpmEngine(settings) : chooseEngine(settings);
  }

  install(requests: readonly TreeRequest[], call: EngineCall): Promise<TreeResult[]> {
    this.calls += requests.length;
    return this.#engine.install(requests, call);
  }

  pack(folder: string, tarball: string, signal?: AbortSignal): Promise<void> {
    return this.#engine.pack(folder, tarball, signal);
  }
}

/** What an engine of a volume is set up with. */
export function engineSettings(volume: string) {
  return { cache: path.join(volume, 'cache'), temporary: path.join(volume, 'tmp'), fetchTimeout: 10_000 };
}

/** An entry of a list in `baseDirectory`: a spec, or a spec with options. */
export function entryOf(entry: string | Partial<ExtensionEntry>, baseDirectory = FIXTURES): ExtensionEntry {
  const options = typeof entry === 'string' ? { spec: entry } : entry;
  const origin = { source: path.join(baseDirectory, 'extensions.json'), line: 1, column: 1, index: 0, baseDirectory };
  return { spec: '', enabled: true, required: false, origin, ...options };
}

/** The options for a volume, with the platform of this checkout; the entries are all there are. */
export function optionsFor(volume: string, more: Partial<InstallOptions> = {}): InstallOptions {
  return {
    libDirectory: path.join(volume, 'lib'),
    cacheDirectory: path.join(volume, 'cache'),
    temporaryDirectory: path.join(volume, 'tmp'),
    platformRoot: PLATFORM_ROOT,
    platformVersion: '0.1.0',
    complete: true,
    ...more,
  };
}

/** Installs into a volume, and says how each entry came out: how it was installed, or the code of its error. */
export async function install(
  volume: string,
  entries: readonly (string | Partial<ExtensionEntry>)[],
  more: Partial<InstallOptions> = {},
): Promise<{ outcomes: InstallOutcome[]; summary: string[] }> {
  const outcomes = await installExtensions(
    entries.map((entry) => entryOf(entry)),
    optionsFor(volume, more),
  );
  return {
    outcomes,
    summary: outcomes.map((outcome) => ('error' in outcome ? outcome.error.code : outcome.installed.how)),
  };
}
