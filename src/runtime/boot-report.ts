import { BacklotError, type SerializedError } from '../api/errors';
import type { InstalledPackage, InstallOutcome } from '../extensions/install';
import type { ExtensionEntry } from '../extensions/list';
import { displaySpec } from '../extensions/spec';
import type { InitState } from './init-scripts';

/** What the init process found before the runtime starts, as plain data: it travels between the two processes. */
export interface BootReport {
  readonly extensions: readonly ReportedExtension[];
  /** The scripts of the boot stage. */
  readonly init: InitState;
  /** When the init process began, in milliseconds since 1970. */
  readonly startedAt: number;
  /** The extensions that are left out by their names, each with the reason: they held the event loop. */
  readonly leftOut?: Readonly<Record<string, SerializedError>>;
  /** True for every start but the first, in which to be quick is not all. */
  readonly isRestart?: boolean;
}

/** What the runtime says to the init process when extensions that were left out are in use again. */
export interface BackInUse {
  readonly backInUse: readonly string[];
}

/** One entry of the list: disabled, installed, or failed. */
export interface ReportedExtension {
  readonly entry: ExtensionEntry;
  readonly installed?: InstalledPackage;
  readonly error?: SerializedError;
}

/** Puts entries and what became of them together, in the order of the entries. */
export function reportExtensions(
  entries: readonly ExtensionEntry[],
  outcomes: readonly InstallOutcome[],
): ReportedExtension[] {
  return entries.map((entry) => {
    const outcome = outcomes.find((each) => each.entry === entry);
    if (outcome === undefined) return { entry };
    return 'error' in outcome ? { entry, error: outcome.error.toJSON() } : { entry, installed: outcome.installed };
  });
}

/** The outcome of the installation of an enabled entry, as it was before it travelled. */
export function outcomeOf({ entry, installed, error }: ReportedExtension): InstallOutcome {
  if (error) return { entry, error: BacklotError.from(error) };
  if (installed) return { entry, installed };
  return {
    entry,
    error: new BacklotError('BACKLOT_E_INTERNAL', `${displaySpec(entry.spec)} was neither installed nor refused`),
  };
}
