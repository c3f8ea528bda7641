import type { FrameLocator, Page } from 'playwright-core';
import type { TestInBrowser } from './stripe-in-browser';

/** A page of an application that uses Stripe.js, and what a test does on it. */
export interface PageWithStripeJs {
  /** Opens the page, which runs `before`: `stripe` is there, and `note(element, …events)` keeps what an element tells. */
  open(before?: string, release?: string): Promise<void>;
  /** Runs an async function body on the page; what it throws comes back as `thrown`. */
  run(work: string): Promise<unknown>;
  /** The last event that was kept and fulfils a condition about `event`, once there is one. */
  told(condition: string): Promise<unknown>;
  frame(title: string): FrameLocator;
  payment(): FrameLocator;
  /** Fills in the Payment Element. */
  fillPayment(number?: string): Promise<void>;
  /** The page of a card's bank, in its frames. */
  bank(): FrameLocator;
}

export const VISA = '4242424242424242';
export const DECLINED = '4000000000000002';
export const ASKS_ALWAYS = '4000002760003184';

const BODY = '<div id="first"></div><div id="second"></div><div id="third"></div>';

export function pageWithStripeJs({ page, shop, running }: TestInBrowser): PageWithStripeJs {
  const payment = (): FrameLocator => page.frameLocator('iframe[title="Secure payment input frame"]');
  return {
    open: async (before = '', release = 'endive/stripe.js') => {
      shop.show(`<!doctype html><title>Pay</title><link rel="icon" href="data:,">
<script src="http://js.stripe.localhost:${running.platform.port}/${release}"></script>${BODY}
<script>
const stripe = Stripe('pk_test_backlot');
window.kept = [];
const note = (element, ...names) => {
  for (const name of names) element.on(name, (event) => kept.push({ name, ...event }));
  return element;
};
${before}
</script>`);
      await page.goto(`${shop.url}/pay`);
    },
    run: (work) =>
      page.evaluate(
        `(async () => { try { ${work} } catch ({ name, message }) { return { thrown: { name, message } }; } })()`,
      ),
    told: async (condition) => {
      await page.waitForFunction(`kept.some((event) => ${condition})`);
      return page.evaluate(`kept.filter((event) => ${condition}).pop()`);
    },
    frame: (title) => page.frameLocator(`iframe[title="${title}"]`),
    payment,
    fillPayment: async (number = VISA) => {
      await payment().locator('[name=number]').fill(number);
      await payment().locator('[name=expiry]').fill('1234');
      await payment().locator('[name=cvc]').fill('123');
      await payment().locator('[name=postalCode]').fill('94107');
    },
    bank: () => bankFrame(page),
  };
}

/** The page of a card's bank over a page, in its frames. */
export function bankFrame(page: Page): FrameLocator {
  return page.frameLocator('iframe[src*="three-ds-2-challenge"]').frameLocator('iframe[name="stripe-challenge-frame"]');
}
