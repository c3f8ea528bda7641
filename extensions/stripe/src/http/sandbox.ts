import { keyIn } from './credentials';

/**
 * Keys that name a sandbox of the platform: `sk_test_sandbox_NAME`, and `sk_test_sandbox_NAME_…` for several keys of one. Tokens of
 * sessions name it, too.
 */
const SANDBOX_KEY = /^(?:[spr]k|token)_test_sandbox_([A-Za-z0-9]{1,63})(?:_\w*)?$/;

/** What stands in a path before what belongs to a sandbox: `/in/worker-7/pay/cs_test_1`. Pages have no header to name it by. */
const IN_PATH = /\/in\/([A-Za-z0-9][\w.-]{0,62})(?=\/)/;

/** Where the extension is reached in a sandbox: pages and what they load are below it. */
export function baseIn(base: string, sandbox: string | undefined): string {
  return sandbox === undefined || IN_PATH.test(`${base}/`) ? base : `${base}/in/${sandbox}`;
}

/** The sandbox that the path of a page names. */
export function sandboxInPath(url: string): string | undefined {
  // Each request is asked, and few are for such a page.
  return url.includes('/in/') ? IN_PATH.exec(url.split('?', 1)[0]!)?.[1] : undefined;
}

/** The sandbox that an API key is for; undefined for other keys, which are for the default world. */
export function sandboxOf(authorization: string | undefined): string | undefined {
  const key = keyIn(authorization);
  return key === undefined ? undefined : sandboxOfKey(key);
}

export function sandboxOfKey(key: string): string | undefined {
  return key.includes('_sandbox_') ? SANDBOX_KEY.exec(key)?.[1] : undefined;
}
