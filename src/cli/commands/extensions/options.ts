import path from 'node:path';
import { Option } from 'commander';

/** The options that say which list, and which running instance. */
export interface ExtensionsOptions {
  readonly extensions?: string;
  readonly url?: string;
  readonly name?: string;
  readonly json?: true;
}

/** `--extensions`, or the variable that says the same, as it does in the container. */
export function listOption(): Option {
  return new Option('--extensions <file>', 'the list of extensions (default: ./extensions.json)').env(
    'BACKLOT_EXTENSIONS_FILE',
  );
}

/** The list that is meant, as an absolute path. */
export function listFile({ extensions = 'extensions.json' }: ExtensionsOptions): string {
  return path.resolve(extensions);
}
