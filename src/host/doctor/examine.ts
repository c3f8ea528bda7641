import { BacklotError } from '../../api/errors';
import { certificate } from './certificate';
import { type Check, type Finding, failed, type Patient, warning } from './check';
import { apiVersion, clock, engine, resources } from './engine-checks';
import { leftovers } from './leftovers';
import { extensionsList } from './list-check';
import { names } from './names';
import { port } from './port';
import { proxy } from './proxy';
import { versions } from './versions';
import { volume } from './volume';

/** A check, and what it found. */
export interface Examined extends Finding {
  readonly check: string;
}

/** Everything that is looked at. */
const CHECKS: readonly Check[] = [
  engine,
  apiVersion,
  resources,
  clock,
  ...versions,
  port,
  volume,
  ...names,
  proxy,
  extensionsList,
  certificate,
  leftovers,
];

/** How long one check may take, in milliseconds. All run at the same time. */
export const CHECK_LIMIT_MS = 3_000;

/** Runs all checks, and those given, at the same time; comes back when the last has said something or its time is over. */
export async function examine(patient: Patient, more: readonly Check[] = []): Promise<Examined[]> {
  const found = await Promise.all([...CHECKS, ...more].map((check) => runOne(check, patient)));
  return found.filter((each) => each !== undefined);
}

async function runOne(check: Check, patient: Patient): Promise<Examined | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding>((resolve) => {
    const limit = warning(
      `no answer within ${CHECK_LIMIT_MS / 1000} s`,
      'Look again; if it stays so, look at the engine and the network.',
    );
    timer = setTimeout(() => resolve(limit), CHECK_LIMIT_MS);
  });
  try {
    if (check.needsEngine) {
      const isThere = await patient.engine.then(
        () => true,
        () => false,
      );
      if (!isThere) return undefined;
    }
    return { check: check.name, ...(await Promise.race([check.run(patient), late])) };
  } catch (error) {
    return { check: check.name, ...unexpected(error) };
  } finally {
    clearTimeout(timer);
  }
}

function unexpected(error: unknown): Finding {
  if (error instanceof BacklotError) return failed(error.message, error.remedy);
  return warning(`it could not be looked at: ${(error as Error).message}`, 'Run it again with DEBUG=1, and tell us.');
}
