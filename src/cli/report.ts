import pc from 'picocolors';
import { asBacklotError, BacklotError, type ErrorCode } from '../api/errors';
import { EXIT } from './exit-codes';
import { spinner } from './spinner';
import { hasColours, speaksJson } from './terminal';

/** Thrown when the user interrupted the command; there is nothing to explain. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** Says on stderr what went wrong, and gives the exit code for it. */
export function report(thrown: unknown): number {
  spinner.stop();
  if (thrown instanceof Interrupted) return EXIT.interrupted;
  const error = asBacklotError(thrown, 'BACKLOT_E_INTERNAL', 'the command failed in a way that it should not');
  process.stderr.write(`${speaksJson() ? JSON.stringify(forPrograms(error)) : format(error)}\n`);
  return EXIT_CODES[error.code] ?? EXIT.failed;
}

const EXIT_CODES: { readonly [code in ErrorCode]?: number } = {
  BACKLOT_E_INTERNAL: EXIT.internal,
  BACKLOT_E_OPTION_INVALID: EXIT.usage,
  // Those of a shell, as whoever runs commands in containers expects.
  BACKLOT_E_COMMAND_REFUSED: EXIT.notRun,
  BACKLOT_E_COMMAND_NOT_FOUND: EXIT.notFound,
};

/** What a program gets instead of words. */
function forPrograms(error: BacklotError): object {
  const { code, message, where, remedy: action, cause } = error.toJSON();
  return { code, message, where, action, ...(cause !== undefined && showsStack(error) ? { cause } : {}) };
}

/** `error CODE  message`, then where and what to do. */
function format(error: BacklotError): string {
  const { code, message, where, remedy } = error;
  const shown = showsStack(error) ? error : new BacklotError(code, message, { where, remedy });
  const colours = pc.createColors(hasColours(process.stderr));
  return `${colours.red('error')} ${shown.format().replace(code, colours.bold(code))}`;
}

/** Stacks are for mistakes of ours, and for DEBUG=1. */
function showsStack({ code }: BacklotError): boolean {
  return code === 'BACKLOT_E_INTERNAL' || process.env.DEBUG === '1';
}
