import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

/** Where a Chromium is: what `CHROMIUM_PATH` names, or where Debian puts it. Undefined where there is none. */
export const CHROMIUM = [process.env['CHROMIUM_PATH'], '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(
  (path) => path !== undefined && existsSync(path),
);

/** Describes what needs a browser. Where there is none the tests are reported as skipped, with the reason. */
export function describeWithBrowser(name: string, define: () => void): void {
  if (CHROMIUM !== undefined) describe(name, define);
  else describe.skip(`${name} [skipped: no Chromium at /usr/bin/chromium or CHROMIUM_PATH]`, define);
}

/** Starts a browser without a window, for which names below `localhost` lead to this machine, and no others anywhere. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM!,
    args: ['--no-sandbox', '--host-resolver-rules=MAP *.localhost 127.0.0.1, MAP js.stripe.com 127.0.0.1'],
  });
}
