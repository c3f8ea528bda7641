import { keyIn } from './credentials';

/** Keys that name a sandbox of the platform: `sk_test_sandbox_NAME`, and `sk_test_sandbox_NAME_…` for several keys of one. */
const SANDBOX_KEY = /^[spr]k_test_sandbox_([A-Za-z0-9]{1,63})(?:_\w*)?$/;

/** The sandbox that an API key is for; undefined for other keys, which are for the default world. */
export function sandboxOf(authorization: string | undefined): string | undefined {
  const key = keyIn(authorization);
  return key === undefined ? undefined : sandboxOfKey(key);
}

export function sandboxOfKey(key: string): string | undefined {
  return SANDBOX_KEY.exec(key)?.[1];
}
