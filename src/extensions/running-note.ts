import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isOfThisHost, lookAgain, noteOfThisProcess, type ProcessNote } from './look-at-process';

/** What a platform that runs as a process of this machine leaves on its volume, so that commands find it. */
interface RunningNote extends ProcessNote {
  readonly url: string;
}

/** Notes on a volume that this process serves at an address. A volume that cannot be written to goes without. */
export function noteRunning(volume: string, url: string): void {
  const note: RunningNote = { ...noteOfThisProcess(), url };
  try {
    writeFileSync(noteFile(volume), JSON.stringify(note));
  } catch {
    // Nothing but the comfort of commands is lost.
  }
}

/** Takes the note of this process back. */
export function forgetRunning(volume: string): void {
  if (read(volume)?.pid === process.pid) rmSync(noteFile(volume), { force: true });
}

/** The address of the platform that runs on this machine with a volume; undefined when none does. */
export function runningWith(volume: string): string | undefined {
  const note = read(volume);
  if (!note || !isOfThisHost(note)) return undefined;
  const state = lookAgain(note);
  return state && !state.isZombie ? note.url : undefined;
}

function read(volume: string): RunningNote | undefined {
  try {
    return JSON.parse(readFileSync(noteFile(volume), 'utf8')) as RunningNote;
  } catch {
    return undefined;
  }
}

function noteFile(volume: string): string {
  return path.join(volume, 'state', 'running.json');
}
