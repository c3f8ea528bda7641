import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { BacklotError, type ErrorPlace } from '../../api/errors';
import type { ManifestItem } from '../manifest';

/**
 * What a failed import means: BACKLOT_E_DEPENDENCY_MISSING when a package is not there, BACKLOT_E_MODULE_NOT_FOUND when
 * a file of the extension itself is not there, else BACKLOT_E_IMPORT_FAILED.
 */
export function importError(thrown: unknown, item: ManifestItem, directory: string): BacklotError {
  const missing = missingModule(thrown);
  if (missing) return missingError(missing, thrown, item, directory);
  const said = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : inspect(thrown);
  const [firstLine] = said.split('\n');
  return new BacklotError('BACKLOT_E_IMPORT_FAILED', `importing ${item.module} of ${item.name} threw ${firstLine}`, {
    where: { ...placeInPackage(thrown, directory), extension: item.name },
    cause: thrown,
  });
}

interface MissingModule {
  readonly request: string;
  readonly importer?: string;
}

/** Reads a "cannot find" error of Node, of `require` or `import`; undefined for any other error. */
function missingModule(thrown: unknown): MissingModule | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const { code, requireStack } = thrown as NodeJS.ErrnoException & { requireStack?: string[] };
  if (code !== 'MODULE_NOT_FOUND' && code !== 'ERR_MODULE_NOT_FOUND') return undefined;
  const request = /Cannot find (?:module|package) '([^']+)'/.exec(thrown.message)?.[1];
  if (request === undefined) return undefined;
  const importer = requireStack?.[0] ?? / imported from (.+)$/m.exec(thrown.message)?.[1];
  return { request, ...(importer === undefined ? {} : { importer: pathOf(importer) }) };
}

function missingError(missing: MissingModule, thrown: unknown, item: ManifestItem, directory: string): BacklotError {
  const { request, importer } = missing;
  const where: ErrorPlace = { ...(importer === undefined ? {} : { file: importer }), extension: item.name };
  if (isBare(request)) {
    const name = packageNameOf(request);
    const by = importer === undefined ? item.module : relativeTo(directory, importer);
    return new BacklotError(
      'BACKLOT_E_DEPENDENCY_MISSING',
      `${item.name} needs the package ${name} (imported by ${by})`,
      {
        where,
        cause: thrown,
      },
    );
  }
  const target = relativeTo(directory, pathOf(request));
  return new BacklotError('BACKLOT_E_MODULE_NOT_FOUND', `${item.name} imports ${target}, which is not there`, {
    where,
    cause: thrown,
  });
}

/** A request for a package, as opposed to a path or the URL of one. */
function isBare(request: string): boolean {
  return !/^(?:\.{1,2}(?:\/|$)|\/|file:|[a-z]:[\\/])/i.test(request);
}

function packageNameOf(request: string): string {
  return request
    .split('/')
    .slice(0, request.startsWith('@') ? 2 : 1)
    .join('/');
}

function pathOf(urlOrPath: string): string {
  return urlOrPath.startsWith('file:') ? fileURLToPath(urlOrPath) : urlOrPath;
}

function relativeTo(directory: string, file: string): string {
  const relative = path.relative(directory, path.isAbsolute(file) ? file : path.resolve(directory, file));
  return relative.startsWith('..') ? file : `./${relative}`;
}

/** The topmost line of the stack that is in the package. */
function placeInPackage(thrown: unknown, directory: string): ErrorPlace {
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : '';
  for (const line of stack.split('\n')) {
    const match = /(?:file:\/\/)?(\/[^()]*?):(\d+)(?::(\d+))?\)?$/.exec(line);
    const file = match?.[1] && decodePath(match[1]);
    if (!file || !match || !file.startsWith(directory + path.sep)) continue;
    const column = match[3] === undefined ? {} : { column: Number(match[3]) };
    return { file, line: Number(match[2]), ...column };
  }
  return {};
}

function decodePath(file: string): string {
  try {
    return decodeURIComponent(file);
  } catch {
    return file;
  }
}
