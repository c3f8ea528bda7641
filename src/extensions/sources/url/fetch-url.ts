import { integrityOfFile } from '../../content-hash';
import { displaySpec, withoutCredentials, type UrlSpec } from '../../spec';
import { offline } from '../failures';
import type { FetchContext, FetchedPackage } from '../fetch-package';
import { checkName, type PackageIdentity } from '../package-identity';
import { checkIntegrity, lockedAs, type Resolution } from '../resolution';
import { identityOfTarball } from '../tarball-content';
import { download } from './download';

type UrlResolution = Extract<Resolution, { kind: 'url' }>;

/**
 * Downloads a tarball. When it is locked and the store has its bytes, nothing is downloaded. Throws as `fetchPackage`
 * does.
 */
export async function fetchUrl(spec: UrlSpec, context: FetchContext): Promise<FetchedPackage> {
  const shown = displaySpec(spec);
  const url = withoutCredentials(spec.url);
  const locked = lockedAs('url', context.locked, { url }, shown);
  const key = ['url', url];
  const kept = await findKept(key, locked, context);
  if (kept) {
    const { tarball, integrity } = kept;
    return {
      tarball,
      bytes: integrity,
      resolution: { kind: 'url', url, integrity },
      ...(await identify(spec, tarball, context)),
    };
  }
  if (context.offline === true) throw offline(shown);

  const {
    tarball,
    integrity,
    made: identity,
  } = await context.store.add(async (file) => {
    await download(spec.url, file, context.limits, context.signal);
    // Before it is kept, so that the store holds nothing but packages that were asked for.
    checkIntegrity(await integrityOfFile(file), locked, shown);
    return identify(spec, file, context);
  });
  const resolution: UrlResolution = { kind: 'url', url, integrity };
  if (!locked) await context.store.note(key, { ...identity, tarball: integrity, resolution });
  return { tarball, bytes: integrity, resolution, ...identity };
}

/** The bytes that are locked; without a network also those that the address gave last. */
async function findKept(
  key: readonly string[],
  locked: UrlResolution | undefined,
  context: FetchContext,
): Promise<{ tarball: string; integrity: string } | undefined> {
  if (locked) {
    const tarball = await context.store.findTarball(locked.integrity);
    return tarball === undefined ? undefined : { tarball, integrity: locked.integrity };
  }
  const kept = context.offline === true ? await context.store.find(key) : undefined;
  return kept && { tarball: kept.tarball, integrity: kept.bytes };
}

async function identify(spec: UrlSpec, tarball: string, context: FetchContext): Promise<PackageIdentity> {
  const shown = displaySpec(spec);
  const identity = await identityOfTarball(tarball, shown, context);
  checkName(identity, spec.name, shown);
  return identity;
}
