import { createRequire } from 'node:module';
import type * as Https from 'node:https';

const load = createRequire(__filename);

/** Node’s client for TLS, which is loaded for the first server that is reached by it: a start must not wait for it. */
export function https(): typeof Https {
  return load('node:https') as typeof Https;
}
