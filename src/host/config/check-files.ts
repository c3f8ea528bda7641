import { existsSync } from 'node:fs';
import path from 'node:path';
import { BacklotError } from '../../api/errors';
import { type ExtensionEntry, readExtensionList } from '../../extensions/list';
import { ExtensionsLock, lockFileOf } from '../../extensions/lock';
import { hideCredentials, parseSpec } from '../../extensions/spec';
import { devFoldersFor, listedFoldersFor } from '../local-folders';
import { type ConfigMistake, mistakeOf } from './config-mistake';

/** What is wrong with a list of extensions, with what it names, its lock, and the list of folders that are developed. */
export async function checkFiles(listFile: string, mustExist: boolean): Promise<ConfigMistake[]> {
  const mistakes: ConfigMistake[] = [];
  const attempt = async <T>(check: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await check();
    } catch (error) {
      if (!(error instanceof BacklotError)) throw error;
      mistakes.push(mistakeOf(error));
      return undefined;
    }
  };
  const entries = await attempt(() => readExtensionList(listFile, { mustExist }));
  for (const entry of entries ?? []) await attempt(() => checkEntry(entry));
  await attempt(() => (existsSync(listFile) ? listedFoldersFor(listFile) : []));
  await attempt(() => ExtensionsLock.read({ file: lockFileOf(listFile), frozen: false }));
  await attempt(() => devFoldersFor(listFile));
  return mistakes;
}

/** Throws BACKLOT_E_SPEC_INVALID, BACKLOT_E_PACKAGE_NOT_FOUND and BACKLOT_E_SEED_NOT_FOUND. */
function checkEntry({ spec, seed, origin }: ExtensionEntry): void {
  const { source: file, line, column, baseDirectory } = origin;
  const where = { file, ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) };
  const parsed = asPlaced(where, () => parseSpec(spec, baseDirectory));
  if ((parsed.kind === 'folder' || parsed.kind === 'tarball') && !existsSync(parsed.path)) {
    const message = `${hideCredentials(spec)} leads to ${parsed.path}, which is not there`;
    throw new BacklotError('BACKLOT_E_PACKAGE_NOT_FOUND', message, { where });
  }
  if (seed !== undefined && !existsSync(path.resolve(baseDirectory, seed))) {
    throw new BacklotError('BACKLOT_E_SEED_NOT_FOUND', `there is no ${path.resolve(baseDirectory, seed)}`, { where });
  }
}

function asPlaced<T>(where: BacklotError['where'], check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw error instanceof BacklotError ? error.at(where) : error;
  }
}
