import { randomUUID } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BacklotError } from '../../api/errors';
import { findEngine } from '../../engine/find-engine';
import { runningWith } from '../../extensions/running-note';
import { resolveSettings, type StartOptions } from '../settings';
import type { Patient } from './check';

/** How long an engine may take to be found, in milliseconds: what is asked of it comes after that. */
const ENGINE_LIMIT_MS = 2_000;

/** This machine, as a `backlot start` with these options would find it. Throws BACKLOT_E_OPTION_INVALID. */
export function thisMachine(options: Pick<StartOptions, 'name' | 'extensionsFile'>): Patient {
  const { env } = process;
  // A list with mistakes refuses a start; here a check of its own says so, and the others go on.
  const nowhere = path.join(tmpdir(), randomUUID());
  const settings = resolveSettings(options.name === undefined ? {} : { name: options.name }, { env, cwd: nowhere });
  const engine = inTime(findEngine());
  const facts = engine.then((found) => found.facts());
  const container = engine.then((found) => found.inspectContainer(settings.name));
  // Whoever needs them awaits them, and a check may be over by then.
  for (const promise of [engine, facts, container]) promise.catch(() => undefined);
  return {
    env,
    platform: process.platform,
    listFile: path.resolve(options.extensionsFile ?? 'extensions.json'),
    name: settings.name,
    image: settings.image,
    volume: settings.volume,
    urlOnHost: options.name === undefined ? runningWith(path.resolve(env.BACKLOT_VOLUME || '.backlot')) : undefined,
    engine,
    facts,
    container,
    lookUp: async (name) => (await lookup(name, { all: true })).map(({ address }) => address),
  };
}

async function inTime<T>(finding: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `no container engine answered within ${ENGINE_LIMIT_MS / 1000} s`;
    timer = setTimeout(() => reject(new BacklotError('BACKLOT_E_ENGINE_NOT_FOUND', message)), ENGINE_LIMIT_MS);
  });
  try {
    return await Promise.race([finding, late]);
  } finally {
    clearTimeout(timer);
  }
}
