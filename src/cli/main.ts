import { CommanderError } from 'commander';
import { EXIT } from './exit-codes';
import { createProgram } from './program';
import { report } from './report';
import { endQuietlyOnBrokenPipe } from './terminal';

async function run(): Promise<void> {
  endQuietlyOnBrokenPipe();
  try {
    await createProgram().parseAsync();
  } catch (error) {
    // commander has said everything already. It counts a request for help as an error, too, but with code 0.
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    else process.exitCode = report(error);
  }
}

/** How long what a library left open may keep the process from ending. */
const LINGER_MS = 2_000;

/** Runs the command with the arguments of this process. */
export function main(): void {
  void run().then(() => setTimeout(() => process.exit(), LINGER_MS).unref());
}
