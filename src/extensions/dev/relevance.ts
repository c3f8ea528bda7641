import path from 'node:path';

/** Folders that are no part of a package, at any depth. */
const LEFT_OUT = new Set(['node_modules', '.git', '.hg', '.svn', '.idea', '.vscode', '.nyc_output']);

/** What editors and systems write beside the files that they save. */
const TEMPORARY = [
  /~$/,
  /^\.#/,
  /^#.*#$/,
  /\.sw[a-z]$/,
  /\.swpx$/,
  /^4913$/,
  /___jb_(?:tmp|old)___$/,
  /^\.goutputstream-/,
  /\.(?:tmp|crdownload|tsbuildinfo)$/,
  /\.tmp\.\d+(?:\.\w+)?$/,
  /^\.DS_Store$/,
];

/** Whether a file or folder, relative to the package, is no part of it. */
export function isLeftOut(relative: string): boolean {
  const parts = relative.split(path.sep);
  return parts.some((part) => LEFT_OUT.has(part)) || TEMPORARY.some((pattern) => pattern.test(parts.at(-1) ?? ''));
}

const SOURCES = ['src', 'source'];
const OUTPUTS = ['dist', 'build', 'out', 'lib'];
const NEVER = ['coverage', 'test', 'tests', '__tests__'];
const TEST = /\.(?:test|spec)\.[cm]?[jt]sx?(?:\.map)?$/;

/**
 * Whether a change of a file, relative to the package, changes what the package does, when these modules of it are
 * loaded. Modules that are built do not change with their sources until these are built; and sources that are loaded
 * as they are do not change with what is built from them.
 */
export function isRelevant(relative: string, modules: readonly string[]): boolean {
  if (isLeftOut(relative) || TEST.test(relative)) return false;
  const top = topOf(relative);
  const tops = modules.map((module) => topOf(path.normalize(module)));
  if (tops.includes(top)) return true;
  if (NEVER.includes(top)) return false;
  if (OUTPUTS.some((output) => tops.includes(output))) return !SOURCES.includes(top);
  if (SOURCES.some((source) => tops.includes(source))) return !OUTPUTS.includes(top);
  return true;
}

/** The first folder of a path; nothing for a file at the top. */
function topOf(relative: string): string {
  const parts = relative.split(path.sep);
  return parts.length > 1 ? (parts[0] ?? '') : '';
}
