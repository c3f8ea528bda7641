import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The file in a line of a V8 stack. */
const FRAME = /(?:\(|at (?:async )?)((?:file:\/\/)?\/[^()]*):\d+:\d+\)?$/;

/**
 * The folder of the package whose code is calling, the nearest one with a package.json above the first file in the stack that
 * is not ours; that of the working directory when the stack tells none. The test of a class stands in the package of the class.
 */
export function callingPackage(stack: string | undefined = new Error().stack): string {
  for (const line of stack?.split('\n') ?? []) {
    const place = FRAME.exec(line)?.[1];
    if (place === undefined) continue;
    const file = place.startsWith('file://') ? fileURLToPath(place) : place;
    if (path.dirname(file) !== __dirname) return packageAbove(path.dirname(file));
  }
  return packageAbove(process.cwd());
}

function packageAbove(folder: string): string {
  for (let each = folder; ; each = path.dirname(each)) {
    if (existsSync(path.join(each, 'package.json'))) return each;
    if (each === path.dirname(each)) return folder;
  }
}
