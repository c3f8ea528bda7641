import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BacklotError } from '../../api/errors';
import { didYouMean } from '../nearest';
import { PACKAGE_ROOT, VERSION } from '../own-package';
import { checkName, classNameOf, nameOfFolder, PLACEHOLDERS } from './names';
import { TEMPLATE_NAMES, type TemplateName } from './templates';

export interface NewExtension {
  /** An absolute path. It may exist if it is empty, but for a .git. */
  readonly directory: string;
  readonly template: string;
  /** The name of the extension; that of the folder when left out. */
  readonly name?: string;
}

/** What was made. */
export interface MadeExtension {
  readonly directory: string;
  readonly name: string;
  /** The files, relative to the folder. */
  readonly files: readonly string[];
}

/** Files that npm or our own tools would take for theirs if they had their names in the templates. */
const RENAMED: Readonly<Record<string, string>> = {
  gitignore: '.gitignore',
  'tsconfig.template.json': 'tsconfig.json',
};

/**
 * Writes the package of a new extension from a template.
 *
 * Throws `BACKLOT_E_OPTION_INVALID` for a template that there is not or a name that cannot be one, and
 * `BACKLOT_E_FOLDER_NOT_EMPTY`; then nothing is written.
 */
export async function createExtension(wanted: NewExtension): Promise<MadeExtension> {
  const { directory } = wanted;
  const template = checkTemplate(wanted.template);
  const name = checkName(wanted.name ?? nameOfFolder(path.basename(directory)));
  await mustBeEmpty(directory);
  const source = path.join(PACKAGE_ROOT, 'templates', template);
  const files: string[] = [];
  for (const file of await filesIn(source)) {
    const text = fill(await readFile(path.join(source, file), 'utf8'), name);
    const target = path.join(path.dirname(file), RENAMED[path.basename(file)] ?? path.basename(file));
    await mkdir(path.dirname(path.join(directory, target)), { recursive: true });
    await writeFile(path.join(directory, target), file === 'package.json' ? withBacklot(text, directory) : text);
    files.push(target);
  }
  return { directory, name, files: files.sort() };
}

function checkTemplate(template: string): TemplateName {
  const found = TEMPLATE_NAMES.find((each) => each === template);
  if (found) return found;
  throw new BacklotError(
    'BACKLOT_E_OPTION_INVALID',
    `there is no template "${template}"${didYouMean(template, TEMPLATE_NAMES)}`,
    { remedy: `Choose one of ${TEMPLATE_NAMES.join(', ')}.` },
  );
}

async function mustBeEmpty(directory: string): Promise<void> {
  const found = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    const why = error.code === 'ENOTDIR' ? 'is a file' : `cannot be used (${error.code})`;
    throw new BacklotError('BACKLOT_E_FOLDER_NOT_EMPTY', `${directory} ${why}`, { cause: error });
  });
  const other = found.filter((name) => name !== '.git');
  if (other.length === 0) return;
  throw new BacklotError('BACKLOT_E_FOLDER_NOT_EMPTY', `${directory} is not empty: it holds ${some(other)}`, {
    remedy: `Name another folder, such as ${path.relative(process.cwd(), freeFolder(directory)) || '.'}.`,
  });
}

function some(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}

/** A folder that is not there yet: inside the current folder, else beside the one that was named. */
function freeFolder(directory: string): string {
  const base = directory === process.cwd() ? path.join(directory, PLACEHOLDERS.name) : directory;
  for (let number = 2; ; number++) {
    const candidate = number === 2 && base !== directory ? base : `${base}-${number}`;
    if (!existsSync(candidate)) return candidate;
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const items = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = items.filter((item) => item.isFile());
  return files
    .map((item) => path.relative(folder, path.join(item.parentPath ?? item.path, item.name)))
    .filter((file) => !/^(?:node_modules|dist)\//.test(file));
}

function fill(text: string, name: string): string {
  return text.replaceAll(PLACEHOLDERS.name, name).replaceAll(PLACEHOLDERS.className, classNameOf(name));
}

/** The package.json with the Backlot that runs: its version, or its folder where it is a checkout and not published. */
function withBacklot(text: string, directory: string): string {
  const manifest = JSON.parse(text) as {
    peerDependencies: Record<string, string>;
    devDependencies: Record<string, string>;
  };
  const isCheckout = existsSync(path.join(PACKAGE_ROOT, 'tsconfig.json'));
  manifest.peerDependencies.backlot = `^${VERSION}`;
  manifest.devDependencies.backlot = isCheckout ? `file:${path.relative(directory, PACKAGE_ROOT)}` : `^${VERSION}`;
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}
