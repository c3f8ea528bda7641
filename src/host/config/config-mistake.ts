import type { BacklotError, ErrorPlace } from '../../api/errors';

/** Something wrong with the configuration. */
export interface ConfigMistake {
  /** An error refuses a start; a warning does nothing, which is hardly what was meant. */
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly message: string;
  readonly where: ErrorPlace;
  /** What to do. */
  readonly action: string;
}

/** The same of an error. */
export function mistakeOf({ code, message, where, remedy }: BacklotError): ConfigMistake {
  return { severity: 'error', code, message, where, action: remedy };
}
