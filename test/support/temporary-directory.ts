import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A folder of a test's own. Files are given by their relative path; a value that is no string is written as JSON. */
export function temporaryDirectory(files: Readonly<Record<string, unknown>> = {}): string {
  const directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'backlot-test-')));
  writeFiles(directory, files);
  made.push(directory);
  return directory;
}

export function writeFiles(directory: string, files: Readonly<Record<string, unknown>>): void {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(directory, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content, undefined, 2));
  }
}

const made: string[] = [];

afterAll(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
});
