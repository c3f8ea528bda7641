import { Option } from 'commander';
import { devListBeside } from '../../../extensions/dev/dev-list-file';

export interface DevOptions {
  readonly extensions?: string;
  readonly json?: true;
}

/** `--extensions`, which says beside which extensions.json the list of enabled folders is. */
export function extensionsOption(): Option {
  return new Option('--extensions <file>', 'list of extensions beside which enabled folders are kept').default(
    undefined,
    './extensions.json',
  );
}

/** The file with the list of enabled folders. */
export function devListOf({ extensions = 'extensions.json' }: DevOptions): string {
  return devListBeside(extensions);
}
