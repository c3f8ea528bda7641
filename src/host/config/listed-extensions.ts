import { entriesFromAutoInstall, type ExtensionEntry, mergeEntries, readExtensionList } from '../../extensions/list';
import { hideCredentials } from '../../extensions/spec';
import { maskAll } from './mask';

/** An extension that the next start loads, and who says so. */
export interface ConfiguredExtension {
  readonly spec: string;
  readonly enabled: boolean;
  readonly required: boolean;
  /** Without secrets. */
  readonly config?: unknown;
  /** `extensions.json:3`, or `EXTENSION_AUTO_INSTALL`. */
  readonly from: string;
}

/**
 * The extensions of a list, and those of EXTENSION_AUTO_INSTALL. Throws what {@link readExtensionList} throws.
 */
export async function configuredExtensions(
  file: string | undefined,
  autoInstall: string,
  cwd: string,
): Promise<ConfiguredExtension[]> {
  const listed = file === undefined ? [] : await readExtensionList(file, { mustExist: true });
  return mergeEntries(listed, entriesFromAutoInstall(autoInstall, cwd)).map(describe);
}

function describe({ spec, enabled, required, config, origin }: ExtensionEntry): ConfiguredExtension {
  return {
    spec: hideCredentials(spec),
    enabled,
    required,
    ...(config === undefined ? {} : { config: maskAll(config) }),
    from: origin.line === undefined ? origin.source : `${origin.source}:${origin.line}`,
  };
}
