import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { startBrowser } from './browser';
import { startShop, type Shop } from './shop';
import { startStripe, type RunningStripe } from './stripe';

export interface StartedInBrowser {
  readonly running: RunningStripe;
  readonly browser: Browser;
  readonly shop: Shop;
  close(): Promise<void>;
}

/** Starts the extension, the application of its user, and a browser for both. */
export async function startInBrowser(): Promise<StartedInBrowser> {
  const [running, browser, shop] = await Promise.all([startStripe(), startBrowser(), startShop()]);
  const close = async (): Promise<void> => {
    await browser.close();
    await shop.close();
    await running.close();
  };
  return { running, browser, shop, close };
}

/** A page of a context of its own, which waits for nothing longer than eight seconds. `mistakes` gets what its scripts throw. */
export async function openPage(browser: Browser, mistakes: string[], options?: BrowserContextOptions): Promise<Page> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(8_000);
  page.on('pageerror', ({ message }) => mistakes.push(message));
  return page;
}

/** What a test in a browser has. */
export interface TestInBrowser extends Pick<StartedInBrowser, 'running' | 'shop'> {
  readonly stripe: RunningStripe['stripe'];
  readonly page: Page;
}

/** Starts all of it for the suite that calls this, and gives `begin` a new page before each test, whose scripts may throw nothing. */
export function inBrowser(begin: (test: TestInBrowser) => void): void {
  let started: StartedInBrowser;
  let page: Page;
  const mistakes: string[] = [];
  beforeAll(async () => {
    started = await startInBrowser();
  });
  beforeEach(async () => {
    const { running, browser, shop } = started;
    mistakes.length = 0;
    page = await openPage(browser, mistakes);
    begin({ running, stripe: running.stripe, shop, page });
  });
  afterEach(async () => {
    await page.context().close();
    expect(mistakes).toEqual([]);
  });
  afterAll(() => started.close());
}
