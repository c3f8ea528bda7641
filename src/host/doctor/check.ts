import type { ContainerDetails, ContainerEngine } from '../../engine/engine';
import type { EngineFacts } from '../../engine/engine-facts';

/** What a check found. */
export interface Finding {
  readonly state: 'ok' | 'warning' | 'failed';
  /** What was found, for people. */
  readonly found: string;
  /** How to mend it, in one line; left out when there is nothing to mend. */
  readonly mend?: string;
}

/** What a check looks at. What has to be asked for is asked for once, for all checks together. */
export interface Patient {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** The list of extensions that a start here would take. */
  readonly listFile: string;
  /** The name of the container that is meant. */
  readonly name: string;
  /** The image and volume that a start here would take. */
  readonly image: string;
  readonly volume: { readonly type: 'bind' | 'volume'; readonly source: string };
  /** Where an instance without a container runs with the volume of this folder. */
  readonly urlOnHost: string | undefined;
  /** Rejects when none answers. */
  readonly engine: Promise<ContainerEngine>;
  readonly facts: Promise<EngineFacts>;
  readonly container: Promise<ContainerDetails | undefined>;
  /** The addresses of a name; rejects when it has none. */
  readonly lookUp: (name: string) => Promise<readonly string[]>;
}

/** One thing to look at. */
export interface Check {
  readonly name: string;
  /** Left out when no engine answers, which a check of its own says. */
  readonly needsEngine?: true;
  run(patient: Patient): Finding | Promise<Finding>;
}

/** All is well. */
export function ok(found: string): Finding {
  return { state: 'ok', found };
}

/** It works, but not all of it, or not for long. */
export function warning(found: string, mend: string): Finding {
  return { state: 'warning', found, mend };
}

/** It cannot work. */
export function failed(found: string, mend: string): Finding {
  return { state: 'failed', found, mend };
}
