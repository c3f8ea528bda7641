import * as v from 'valibot';
import { BacklotError } from '../../api/errors';

const Integrity = v.pipe(v.string(), v.startsWith('sha512-'));

/** What a spec led to, exactly: as it is locked. Addresses hold no credentials. */
export const Resolution = v.variant('kind', [
  v.strictObject({
    kind: v.literal('git'),
    url: v.string(),
    commit: v.pipe(v.string(), v.regex(/^[0-9a-f]{40,64}$/)),
    path: v.exactOptional(v.string()),
    integrity: Integrity,
  }),
  v.strictObject({ kind: v.literal('url'), url: v.string(), integrity: Integrity }),
  v.strictObject({ kind: v.literal('tarball'), integrity: Integrity }),
  v.strictObject({ kind: v.literal('folder'), integrity: Integrity }),
]);

/**
 * What a spec led to, exactly: as it is locked. Addresses hold no credentials. The integrity of `git` and `folder` covers
 * the files of the package, that of `url` and `tarball` the bytes of the tarball.
 */
export type Resolution = Readonly<v.InferOutput<typeof Resolution>>;

/** Throws BACKLOT_E_INTEGRITY when what was fetched is not what was locked. */
export function checkIntegrity(actual: string, locked: Resolution | undefined, shown: string): void {
  if (locked === undefined || locked.integrity === actual) return;
  throw new BacklotError(
    'BACKLOT_E_INTEGRITY',
    `the bytes of ${shown} changed since they were locked: expected ${locked.integrity}, found ${actual}`,
  );
}

/**
 * The locked resolution, when it is about what the spec asks for. Throws BACKLOT_E_INTEGRITY when the lock is about
 * another kind of place, another address or another folder.
 */
export function lockedAs<K extends Resolution['kind']>(
  kind: K,
  locked: Resolution | undefined,
  wanted: { readonly url?: string; readonly path?: string },
  shown: string,
): Extract<Resolution, { kind: K }> | undefined {
  if (locked === undefined) return undefined;
  const url = 'url' in locked ? locked.url : undefined;
  const folder = 'path' in locked ? locked.path : undefined;
  if (locked.kind === kind && url === wanted.url && folder === wanted.path) {
    return locked as Extract<Resolution, { kind: K }>;
  }
  const place = [url, folder].filter((part) => part !== undefined).join(', folder ');
  throw new BacklotError(
    'BACKLOT_E_INTEGRITY',
    `the lock is about a ${locked.kind}${place === '' ? '' : ` (${place})`}, and the spec asks for ${shown}`,
  );
}
