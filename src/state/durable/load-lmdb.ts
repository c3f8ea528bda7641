import { createRequire } from 'node:module';
import type * as Lmdb from 'lmdb';
import { BacklotError } from '../../api/errors';

/** It costs 20 ms, and only those who keep their state need it. */
const load = createRequire(__filename);

/** LMDB. Throws `BACKLOT_E_STATE_ENGINE` when it was not installed for this machine. */
export function loadLmdb(): typeof Lmdb {
  try {
    return load('lmdb') as typeof Lmdb;
  } catch (cause) {
    throw new BacklotError('BACKLOT_E_STATE_ENGINE', 'lmdb, which keeps the state, cannot be loaded', { cause });
  }
}
