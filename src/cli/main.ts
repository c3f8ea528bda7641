import { CommanderError } from 'commander';
import { EXIT } from './exit-codes';
import { createProgram } from './program';
import { report } from './report';
import { spinner } from './spinner';
import { endQuietlyOnBrokenPipe, speakJson } from './terminal';

async function run(): Promise<void> {
  endQuietlyOnBrokenPipe();
  const [, , ...args] = process.argv;
  // As long as the command is not known: a mistyped one, too, is told in the way that was asked for.
  const end = args.indexOf('--');
  speakJson((end === -1 ? args : args.slice(0, end)).includes('--json'));
  try {
    await createProgram().parseAsync();
  } catch (error) {
    // commander counts a request for help as an error, too, but with code 0; what is help has been shown.
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    else process.exitCode = report(error);
  } finally {
    spinner.stop();
  }
}

/** How long what a library left open may keep the process from ending. */
const LINGER_MS = 2_000;

/** Runs the command with the arguments of this process. */
export function main(): void {
  void run().then(() => setTimeout(() => process.exit(), LINGER_MS).unref());
}
