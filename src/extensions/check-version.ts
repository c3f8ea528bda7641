import semver from 'semver';
import { BacklotError } from '../api/errors';
import type { ExtensionManifest } from './manifest';

/**
 * Checks that an extension supports the Backlot that runs; nothing of the extension has run before.
 *
 * Throws BACKLOT_E_VERSION_MISMATCH. A package that names no range, or one that is no version range (`workspace:*`,
 * `file:…`), is let through with a warning to be shown.
 */
export function checkVersion(manifest: ExtensionManifest, platformVersion: string): { readonly warning?: string } {
  const { package: name, version, backlotRange: range, file } = manifest;
  if (range === undefined) {
    return { warning: `${name} does not say which Backlot it supports: add "backlot" to its "peerDependencies"` };
  }
  if (semver.validRange(range) === null) {
    return { warning: `${name} asks for backlot "${range}", which is not a version range: it was not checked` };
  }
  if (semver.satisfies(platformVersion, range, { includePrerelease: true })) return {};
  throw new BacklotError(
    'BACKLOT_E_VERSION_MISMATCH',
    `${name} ${version} asks for backlot ${range}, and this is backlot ${platformVersion}`,
    { where: { file } },
  );
}
