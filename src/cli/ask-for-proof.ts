import { BacklotError } from '../api/errors';
import type { Proof } from '../extensions/registry/credentials';
import { Interrupted } from './report';
import { spinner } from './spinner';
import { note } from './terminal';

/** How long whoever pipes a token may take, in milliseconds. */
const PIPE_LIMIT_MS = 20_000;

/** More than this is no token, in characters. */
const LONGEST_TOKEN = 16_384;

/**
 * What to log in with: a token from standard input when that is wanted or no terminal, else user name and password, asked
 * for on the terminal. The password is not shown. Throws BACKLOT_E_OPTION_INVALID, and Interrupted after Ctrl-C.
 */
export async function askForProof(registry: string, fromStdin: boolean): Promise<Proof> {
  // From here on the terminal is for questions.
  spinner.stop();
  if (fromStdin || !process.stdin.isTTY) return { token: await readToken() };
  const { input, password } = await import('@inquirer/prompts');
  note(`Log in to ${registry}`);
  // On stderr: stdout is for what a program may read.
  const context = { output: process.stderr };
  try {
    const user = await input({ message: 'User name:', required: true }, context);
    return { user, password: await password({ message: 'Password:' }, context) };
  } catch (error) {
    if ((error as Error).name === 'ExitPromptError') throw new Interrupted();
    throw error;
  }
}

async function readToken(): Promise<string> {
  const isTyped = process.stdin.isTTY;
  if (isTyped) note('Paste the token, then press Ctrl-D:');
  const stop = (): void => void process.stdin.destroy(new Error('late'));
  // A pipe that was inherited and that nobody writes to would be waited for without end.
  const timer = isTyped ? undefined : setTimeout(stop, PIPE_LIMIT_MS);
  let text = '';
  try {
    for await (const chunk of process.stdin.setEncoding('utf8')) {
      text += String(chunk);
      if (text.length > LONGEST_TOKEN) throw new Error('it is too long');
    }
    return text;
  } catch (error) {
    const why =
      (error as Error).message === 'late' ? `none came within ${PIPE_LIMIT_MS / 1000} s` : 'it cannot be read';
    throw new BacklotError('BACKLOT_E_OPTION_INVALID', `there is no token on standard input: ${why}`, {
      remedy: 'Pipe a token, or run the command on a terminal, where it asks for user name and password.',
    });
  } finally {
    clearTimeout(timer);
  }
}
