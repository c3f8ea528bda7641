import { sep } from 'node:path';
import type { ErrorPlace } from '../../api/errors';
import type { KnownExtensions } from '../../extensions/supervise/attribution';
import type { Frame, TakenStack } from './take-stack';

type Folders = KnownExtensions['folders'];

export interface Culprit {
  readonly extension: string;
  /** The topmost place in its own code, where the stack shows one. */
  readonly place?: ErrorPlace;
}

/**
 * Whose code holds the event loop: the extension whose file is topmost on the stack; else the one that the stack’s code runs
 * for; else the one that was `entered` last and has not returned, which is all that is known without a stack.
 */
export function findCulprit(
  stack: TakenStack | undefined,
  folders: Folders,
  entered: string | undefined,
): Culprit | undefined {
  for (const frame of stack?.frames ?? []) {
    const extension = ownerOf(frame, folders);
    if (extension !== undefined) {
      return { extension, place: { file: frame.file, line: frame.line, column: frame.column } };
    }
  }
  const extension = stack?.state?.extension ?? entered;
  return extension === undefined ? undefined : { extension };
}

/** A folder may lie in another one’s; the innermost counts. */
function ownerOf({ file }: Frame, folders: Folders): string | undefined {
  let found: Folders[number] | undefined;
  for (const each of folders) {
    const [folder] = each;
    const begin = folder.endsWith(sep) ? folder : folder + sep;
    if (file.startsWith(begin) && folder.length > (found?.[0].length ?? 0)) found = each;
  }
  return found?.[1];
}
