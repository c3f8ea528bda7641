import { BacklotError } from '../../api/errors';

/** The error of a spec that cannot be understood. The message must hold no credentials. */
export function invalidSpec(message: string, cause?: unknown): BacklotError {
  return new BacklotError('BACKLOT_E_SPEC_INVALID', message, cause === undefined ? {} : { cause });
}
