import { BacklotError, ERROR_TABLE, type SerializedError } from '../api/errors';

/** The error that an answer of a platform tells of, in its `error`; undefined when it tells of none. */
export function toldError(answer: unknown): BacklotError | undefined {
  const { error } = (answer ?? {}) as { error?: Partial<SerializedError> | null };
  if (typeof error !== 'object' || error === null) return undefined;
  const message = error.message ?? 'it could not be done';
  // A platform that is newer than this command may have codes that are not known here.
  const isKnown = error.code !== undefined && error.code in ERROR_TABLE;
  if (isKnown) return BacklotError.from(error as SerializedError);
  const told = error.code === undefined ? message : `${String(error.code)}  ${message}`;
  return new BacklotError('BACKLOT_E_LIVE_FAILED', told, error.remedy === undefined ? {} : { remedy: error.remedy });
}
