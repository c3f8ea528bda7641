import { createRequire } from 'node:module';
import type * as Lmdb from 'lmdb';
import { BacklotError } from '../../api/errors';

/** Only those who keep their state need it, and it takes its time. */
const load = createRequire(__filename);

/** LMDB. Throws `BACKLOT_E_STATE_ENGINE` when it was not installed for this machine. */
export function loadLmdb(): typeof Lmdb {
  try {
    return load('lmdb') as typeof Lmdb;
  } catch (cause) {
    throw new BacklotError('BACKLOT_E_STATE_ENGINE', 'lmdb, which keeps the state, cannot be loaded', { cause });
  }
}
