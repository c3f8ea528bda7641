import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { BacklotError, type ErrorPlace } from '../api/errors';
import { EXTENSION_NAME } from './extension-name';
import { JsonDocument, type JsonPath } from './json-document';
import { didYouMean, nearest } from './nearest';

/** One extension that a package holds. */
export interface ManifestItem {
  readonly name: string;
  /** The path of the module, relative to the package and inside it. */
  readonly module: string;
  /** The name of the export; `default` when the manifest names none. */
  readonly exportName: string;
}

/** What the package.json of an extension says that concerns Backlot. */
export interface ExtensionManifest {
  readonly package: string;
  readonly version: string;
  readonly description?: string;
  readonly author?: string;
  /** The range of Backlot versions that the package asks for. */
  readonly backlotRange?: string;
  readonly extensions: readonly ManifestItem[];
  /** Whether its extensions run containers, for which they need the engine. */
  readonly containers: boolean;
  /** The absolute path of the package.json. */
  readonly file: string;
}

const Author = v.union([
  v.string(),
  v.pipe(
    v.object({ name: v.string() }),
    v.transform(({ name }) => name),
  ),
]);
const Dependencies = v.optional(v.record(v.string(), v.string()));

const PackageFile = v.object({
  name: v.pipe(v.string('"name" is a string'), v.nonEmpty('"name" is empty')),
  version: v.pipe(v.string('"version" is a string'), v.nonEmpty('"version" is empty')),
  description: v.fallback(v.optional(v.string()), undefined),
  author: v.fallback(v.optional(Author), undefined),
  peerDependencies: v.fallback(Dependencies, undefined),
  dependencies: v.fallback(Dependencies, undefined),
});

const ExtensionName = v.pipe(
  v.string(),
  v.regex(EXTENSION_NAME, ({ input }) => `the name "${input}" may have only lower-case letters, digits and dashes`),
);

const BacklotPart = v.strictObject({
  extensions: v.pipe(
    // Of its own, because an array passes for a record with the keys "0", "1", …
    v.custom<object>(
      (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
      '"extensions" is an object: { "name": "./dist/extension.js#ClassName" }',
    ),
    v.record(ExtensionName, v.string('the value of an extension is a string: "./dist/extension.js#ClassName"')),
  ),
  containers: v.optional(v.boolean('"containers" is true or false')),
});

const BACKLOT_KEYS = Object.keys(BacklotPart.entries);

/**
 * Reads which extensions a package holds, from the package.json in its folder.
 *
 * Throws BACKLOT_E_MANIFEST_MISSING when there is no package.json or no "backlot" in it, and
 * BACKLOT_E_MANIFEST_INVALID, with line and column, when it says something that it may not say.
 */
export async function readManifest(directory: string): Promise<ExtensionManifest> {
  const file = path.join(directory, 'package.json');
  const document = new JsonDocument(await readPackageFile(file), { lenient: false });
  const [syntax] = document.mistakes;
  if (syntax) throw invalid(`package.json is not valid JSON: ${syntax.message}`, { file, ...syntax.place });

  const parsed = v.safeParse(PackageFile, document.value);
  if (!parsed.success) throw issueError(parsed.issues[0], [], file, document);
  const { name, version, description, author, peerDependencies, dependencies } = parsed.output;

  const raw = document.value as Record<string, unknown>;
  if (raw.backlot === undefined) throw missing(name, file, raw);
  const part = v.safeParse(BacklotPart, raw.backlot);
  if (!part.success) throw issueError(part.issues[0], ['backlot'], file, document);

  const extensions = Object.entries(part.output.extensions).map(([key, value]) =>
    itemOf(key, value, { file, ...document.placeOf(['backlot', 'extensions', key]) }),
  );
  if (extensions.length === 0) {
    throw invalid(`"extensions" of ${name} is empty`, { file, ...document.placeOf(['backlot', 'extensions']) });
  }
  const backlotRange = peerDependencies?.backlot ?? dependencies?.backlot;
  return {
    package: name,
    version,
    ...(description === undefined ? {} : { description }),
    ...(author === undefined ? {} : { author }),
    ...(backlotRange === undefined ? {} : { backlotRange }),
    extensions,
    containers: part.output.containers ?? false,
    file,
  };
}

async function readPackageFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new BacklotError('BACKLOT_E_MANIFEST_MISSING', 'the package has no package.json that can be read', {
      where: { file },
      cause: error,
    });
  }
}

function missing(name: string, file: string, raw: Record<string, unknown>): BacklotError {
  const meant = nearest('backlot', Object.keys(raw));
  const hint = meant === undefined ? '' : `; it has "${meant}"`;
  return new BacklotError('BACKLOT_E_MANIFEST_MISSING', `the package.json of ${name} has no "backlot"${hint}`, {
    where: { file },
  });
}

/** The item of `"name": "./module#export"`. Throws when the module is not inside the package. */
function itemOf(name: string, value: string, where: ErrorPlace): ManifestItem {
  const hash = value.indexOf('#');
  const module = hash === -1 ? value : value.slice(0, hash);
  const exportName = hash === -1 ? 'default' : value.slice(hash + 1);
  if (module === '') throw invalid(`"${value}" names no module`, where);
  if (exportName === '') throw invalid(`"${value}" names no export after the "#"`, where);
  const normal = path.posix.normalize(module);
  if (path.posix.isAbsolute(normal) || normal === '..' || normal.startsWith('../') || /^[a-z]+:/i.test(normal)) {
    throw invalid(`the module "${module}" of ${name} is not inside the package`, where);
  }
  return { name, module: normal, exportName };
}

function issueError(issue: v.BaseIssue<unknown>, base: JsonPath, file: string, document: JsonDocument): BacklotError {
  const at = [...base, ...(issue.path ?? []).map(({ key }) => key as string)];
  const key = String(at.at(-1));
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const message = `unknown key "${key}" in "backlot"${didYouMean(key, BACKLOT_KEYS) || `; the keys are ${BACKLOT_KEYS.map((each) => `"${each}"`).join(' and ')}`}`;
    return invalid(message, { file, ...document.placeOfKey(at) });
  }
  const isMissing = issue.received === 'undefined';
  const parent = base.length > 0 ? '"backlot"' : 'package.json';
  const message = isMissing ? `${parent} has no "${key}"` : inWords(issue, base);
  const nearKey = isMissing ? nearestKeyOf(issue, key) : '';
  return invalid(`${message}${nearKey}`, { file, ...document.placeOfKey(at) });
}

function inWords(issue: v.BaseIssue<unknown>, base: JsonPath): string {
  if (issue.type !== 'strict_object' && issue.type !== 'object') return issue.message;
  return base.length > 0
    ? '"backlot" is an object: { "extensions": { "name": "./dist/extension.js#ClassName" } }'
    : 'package.json does not hold an object';
}

/** What was written instead of a key that is missing. */
function nearestKeyOf(issue: v.BaseIssue<unknown>, key: string): string {
  const parent = issue.path?.at(-1)?.input;
  const written = typeof parent === 'object' && parent !== null ? nearest(key, Object.keys(parent)) : undefined;
  return written === undefined ? '' : ` (it has "${written}": did you mean "${key}"?)`;
}

function invalid(message: string, where: ErrorPlace): BacklotError {
  return new BacklotError('BACKLOT_E_MANIFEST_INVALID', message, { where });
}
