/**
 * Loads one of our programs from its bundle: one file instead of hundreds, with V8's code cache beside it, so that nothing is
 * looked up and little is compiled. Measured, from the start of the process to its first line: about a quarter of the time.
 */
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { cachedDataVersionTag } from 'node:v8';
import { Script } from 'node:vm';

/** Where scripts/bundle.ts puts the bundles. */
const BUNDLES = path.join(__dirname, '..', 'bundle');

/** The programs, and the module that each begins with. */
export const PROGRAMS = { backlot: 'cli/main', init: 'runtime/init', runtime: 'runtime/main' } as const;

type Wrapped = (exports: object, require: NodeJS.Require, module: object, file: string, directory: string) => void;

/** Gives what the first module of a program exports; where nothing is bundled, as after the compiler alone, from its modules. */
export function loadProgram<Exports extends object>(name: keyof typeof PROGRAMS): Exports {
  const file = path.join(BUNDLES, `${name}.js`);
  if (!existsSync(file)) {
    return createRequire(__filename)(`../${PROGRAMS[name]}.js`) as Exports;
  }
  // The bundler writes nothing but ASCII, which this reads fastest.
  const source = readFileSync(file, 'latin1');
  const read = version(file);
  // V8 refuses what another version of it, or one with other flags, has made.
  const cacheFile = path.join(BUNDLES, `${name}-${process.arch}-${cachedDataVersionTag().toString(16)}.cache`);
  const cachedData = readIfThere(cacheFile);
  const script = new Script(source, { filename: file, ...(cachedData ? { cachedData } : {}) });
  if (!cachedData || script.cachedDataRejected === true) {
    // At the end of the process: by then it is known which functions are needed.
    process.once('exit', () => {
      if (version(file) === read) writeIfPossible(cacheFile, script.createCachedData());
    });
  }
  const module = { exports: {} as Exports };
  (script.runInThisContext() as Wrapped)(module.exports, createRequire(file), module, file, BUNDLES);
  return module.exports;
}

/** Changes with each new bundle. The cache must fit exactly: V8 itself compares no more than the length of the source. */
function version(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  return found ? `${found.ino} ${found.size} ${found.mtimeMs}` : '';
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** A package that was installed by another user, and an image, cannot be written to: then it goes without. */
function writeIfPossible(file: string, content: Buffer): void {
  const fresh = `${file}.${process.pid}`;
  try {
    writeFileSync(fresh, content);
    renameSync(fresh, file);
  } catch {
    rmSync(fresh, { force: true });
  }
}
