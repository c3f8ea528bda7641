import pc from 'picocolors';
import { asBacklotError, BacklotError } from '../api/errors';
import { EXIT } from './exit-codes';
import { hasColours } from './terminal';

/** Thrown when the user interrupted the command; there is nothing to explain. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** Says on stderr what went wrong, and gives the exit code for it. */
export function report(thrown: unknown): number {
  if (thrown instanceof Interrupted) return EXIT.interrupted;
  const error = asBacklotError(thrown, 'BACKLOT_E_INTERNAL', 'the command failed in a way that it should not');
  process.stderr.write(`${format(error)}\n`);
  if (error.code === 'BACKLOT_E_INTERNAL') return EXIT.internal;
  return error.code === 'BACKLOT_E_OPTION_INVALID' ? EXIT.usage : EXIT.failed;
}

/** `error CODE  message`, then where and what to do. Stacks are for mistakes of ours, and for DEBUG=1. */
function format(error: BacklotError): string {
  const { code, message, where, remedy } = error;
  const withStack = code === 'BACKLOT_E_INTERNAL' || process.env.DEBUG === '1';
  const shown = withStack ? error : new BacklotError(code, message, { where, remedy });
  const colours = pc.createColors(hasColours(process.stderr));
  return `${colours.red('error')} ${shown.format().replace(code, colours.bold(code))}`;
}
