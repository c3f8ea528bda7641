import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { BacklotError } from '../api/errors';
import { readDevList } from '../extensions/dev/dev-list';
import { devListBeside } from '../extensions/dev/dev-list-file';
import { JsonDocument } from '../extensions/json-document';
import { parseSpec } from '../extensions/spec';

/** Something of the host that a container needs to see, and where it looks for it. Both paths are absolute. */
export interface LocalFolder {
  readonly source: string;
  readonly target: string;
}

/** Where the container has extensions.json: relative paths in it lead from here. */
const LIST_FOLDER = '/etc/backlot';

/** The folders that are developed, each below a name of its own. Throws `BACKLOT_E_PACKAGE_NOT_FOUND` when one is gone. */
export function devFoldersFor(extensionsFile: string): LocalFolder[] {
  const file = devListBeside(extensionsFile);
  const taken = new Set<string>();
  return readDevList(file).map((source) => {
    if (!existsSync(source)) {
      throw new BacklotError('BACKLOT_E_PACKAGE_NOT_FOUND', `the enabled folder ${source} is gone`, {
        where: { file },
        remedy: `Bring it back, or disable it: backlot extensions dev disable ${path.basename(source)}`,
      });
    }
    const slug = path.basename(source).replace(/[^\w.-]+/g, '-') || 'extension';
    let name = slug;
    for (let number = 2; taken.has(name); number++) name = `${slug}-${number}`;
    taken.add(name);
    return { source, target: `${LIST_FOLDER}/dev/${name}` };
  });
}

/**
 * The folders, tarballs and seeds that extensions.json names, at the paths where the container looks for them: a relative one
 * from /etc/backlot, an absolute one where it is, or below what leads there. What is not there is left out, and so is a list with mistakes: the
 * platform says what is wrong. Throws `BACKLOT_E_OPTION_INVALID` for a path that would hide a part of the image.
 */
export function listedFoldersFor(extensionsFile: string): LocalFolder[] {
  const folders = new Map<string, LocalFolder>();
  for (const { written, pathFrom } of placesIn(extensionsFile)) {
    const source = pathFrom(path.dirname(extensionsFile));
    const target = pathFrom(LIST_FOLDER);
    if (source === undefined || target === undefined || !existsSync(source)) continue;
    if (hidesImage(target)) {
      throw new BacklotError(
        'BACKLOT_E_OPTION_INVALID',
        `"${written}" would be ${target} in the container, and hide it`,
        {
          where: { file: extensionsFile },
          remedy: 'Move it beside extensions.json, or below the folder that holds it.',
        },
      );
    }
    folders.set(target, { source, target: pastLinks(target) });
  }
  return [...folders.values()];
}

/** Something that a list names by its path. */
interface ListedPlace {
  readonly written: string;
  readonly pathFrom: (base: string) => string | undefined;
}

function placesIn(file: string): ListedPlace[] {
  return entriesIn(file).flatMap((entry) => {
    const { spec, seed } = (typeof entry === 'object' && entry !== null ? entry : { spec: entry }) as {
      spec?: unknown;
      seed?: unknown;
    };
    const places: ListedPlace[] = [];
    if (typeof spec === 'string') places.push({ written: spec, pathFrom: (base) => pathOf(spec, base) });
    if (typeof seed === 'string') places.push({ written: seed, pathFrom: (base) => path.resolve(base, seed) });
    return places;
  });
}

function entriesIn(file: string): unknown[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  const { value } = new JsonDocument(text, { lenient: true });
  const { extensions } = (value ?? {}) as { extensions?: unknown };
  return Array.isArray(extensions) ? (extensions as unknown[]) : [];
}

function pathOf(spec: string, base: string): string | undefined {
  try {
    const parsed = parseSpec(spec, base);
    return parsed.kind === 'folder' || parsed.kind === 'tarball' ? parsed.path : undefined;
  } catch {
    return undefined;
  }
}

/**
 * In the image /tmp is a link into the volume. An engine mounts what has the shorter path first, so the volume would hide
 * what is mounted through the link.
 */
function pastLinks(target: string): string {
  return target.replace(/^\/tmp\//, '/var/lib/backlot/tmp/');
}

/** Whether a mount there would hide what the image has: a folder at its root, or one around Backlot’s own. */
function hidesImage(target: string): boolean {
  const isAtRoot = /^\/(?:bin|boot|dev|etc|home|lib|lib64|opt|proc|root|run|sbin|sys|tmp|usr|var)?$/.test(target);
  return isAtRoot || OWN.some((own) => `${own}/`.startsWith(`${target}/`));
}

const OWN = ['/etc/backlot/extensions.json', '/etc/backlot/init', '/opt/backlot', '/var/lib/backlot', '/usr/local/bin'];
