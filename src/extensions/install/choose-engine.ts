import type { EngineCall, EngineSettings, InstallEngine, TreeRequest, TreeResult } from './install-engine';
import { NpmEngine } from './npm/npm-engine';
import { findPnpm } from './pnpm/find-pnpm';
import { PnpmEngine } from './pnpm/pnpm-engine';
import { ProgramMissing } from './run-process';

/** pnpm where there is a binary of it for this machine, else npm. */
export function chooseEngine(settings: EngineSettings, pnpm: string | undefined = findPnpm()): InstallEngine {
  const npm = new NpmEngine(settings);
  return pnpm === undefined ? npm : new EngineWithFallback(new PnpmEngine(pnpm, settings), npm);
}

/** Uses another engine from the moment on that the first one turns out not to run on this machine. */
class EngineWithFallback implements InstallEngine {
  #current: InstallEngine;

  constructor(
    first: InstallEngine,
    private readonly fallback: InstallEngine,
  ) {
    this.#current = first;
  }

  get id(): string {
    return this.#current.id;
  }

  install(requests: readonly TreeRequest[], call: EngineCall): Promise<TreeResult[]> {
    return this.#withFallback((engine) => engine.install(requests, call));
  }

  pack(folder: string, tarball: string, signal?: AbortSignal): Promise<void> {
    return this.#withFallback((engine) => engine.pack(folder, tarball, signal));
  }

  async #withFallback<T>(work: (engine: InstallEngine) => Promise<T>): Promise<T> {
    try {
      return await work(this.#current);
    } catch (error) {
      if (!(error instanceof ProgramMissing) || this.#current === this.fallback) throw error;
      this.#current = this.fallback;
      return work(this.fallback);
    }
  }
}
