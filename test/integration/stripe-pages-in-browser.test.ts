/** The hosted pages as buyers and customers meet them: by keyboard, on a telephone, without JavaScript, and when something is over. */
import type { Browser, Page } from 'playwright-core';
import type Stripe from 'stripe';
import { describeWithBrowser } from '../support/browser';
import { bankFrame } from '../support/page-with-stripe-js';
import type { Shop } from '../support/shop';
import { customerWithCard, type RunningStripe } from '../support/stripe';
import { openPage, startInBrowser, type StartedInBrowser } from '../support/stripe-in-browser';

const VISA = '4242424242424242';
const ASKS_ALWAYS = '4000002760003184';

describeWithBrowser('hosted pages', () => {
  let running: RunningStripe;
  let stripe: Stripe;
  let inBrowser: StartedInBrowser;
  let page: Page;
  let shop: Shop;
  /** Errors on the console, and requests that leave the machine. */
  const wrong: string[] = [];

  beforeAll(async () => {
    inBrowser = await startInBrowser();
    ({ running, shop } = inBrowser);
    ({ stripe } = running);
  });
  const begin = async (options: Parameters<Browser['newContext']>[0] = {}): Promise<void> => {
    await page?.context().close();
    wrong.length = 0;
    page = await openPage(inBrowser.browser, wrong, options);
    page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
    page.on('request', (request) => {
      const { hostname, protocol } = new URL(request.url());
      if (protocol.startsWith('http') && !/(^127\.0\.0\.1|(^|\.)localhost)$/.test(hostname)) wrong.push(request.url());
    });
  };
  beforeEach(() => begin());
  afterEach(() => expect(wrong).toEqual([]));
  afterAll(() => inBrowser.close());

  const ITEM = {
    quantity: 1,
    price_data: { currency: 'usd', unit_amount: 2000, product_data: { name: 'T-shirt' } },
  };
  const createSession = (more: Partial<Stripe.Checkout.SessionCreateParams> = {}): Promise<Stripe.Checkout.Session> =>
    stripe.checkout.sessions.create({
      mode: 'payment',
      line_items: [ITEM],
      success_url: `${shop.url}/done`,
      cancel_url: `${shop.url}/cart`,
      ...more,
    });
  const fillIn = async (number = VISA): Promise<void> => {
    await page.getByLabel('Email').fill('ada@example.com');
    await fillCard(number);
  };
  const fillCard = async (number = VISA): Promise<void> => {
    await page.getByLabel('Card number').fill(number);
    await page.getByLabel('Expiration').fill('12 / 34');
    await page.getByLabel('CVC').fill('123');
    await page.getByLabel('Cardholder name').fill('Ada Lovelace');
    const code = page.locator('#billingPostalCode');
    if (await code.isVisible()) await code.fill('94107');
  };
  const pay = (): Promise<void> => page.getByTestId('hosted-payment-submit-button').click();
  const invoiced = async (): Promise<Stripe.Invoice> => {
    const { id: customer } = await stripe.customers.create({ email: 'ada@example.com' });
    const { id } = await stripe.invoices.create({ customer, collection_method: 'send_invoice', days_until_due: 30 });
    await stripe.invoiceItems.create({ customer, invoice: id, amount: 1500, currency: 'usd', description: 'Tea' });
    return stripe.invoices.finalizeInvoice(id);
  };
  const portal = async (
    features?: Stripe.BillingPortal.ConfigurationCreateParams.Features,
    more: Partial<Stripe.BillingPortal.SessionCreateParams> = {},
  ): Promise<{ url: string; customer: string; subscription: string }> => {
    const customer = await customerWithCard(stripe, { email: 'ada@example.com' });
    const { id: subscription } = await stripe.subscriptions.create({ customer, items: [{ price: basic }] });
    const configuration = features && (await stripe.billingPortal.configurations.create({ features })).id;
    const { url } = await stripe.billingPortal.sessions.create({
      customer,
      return_url: `${shop.url}/account`,
      ...(configuration !== undefined && { configuration }),
      ...more,
    });
    return { url, customer, subscription };
  };
  let product: string;
  let basic: string;
  let better: string;
  beforeAll(async () => {
    product = (await stripe.products.create({ name: 'Tea' })).id;
    const of = async (unit_amount: number): Promise<string> =>
      (await stripe.prices.create({ product, currency: 'usd', unit_amount, recurring: { interval: 'month' } })).id;
    [basic, better] = [await of(900), await of(1900)];
  });
  /** The pages that there are. */
  const everyPage = async (): Promise<string[]> => {
    const intent = await stripe.paymentIntents.create({
      amount: 2000,
      currency: 'usd',
      payment_method: 'pm_card_visa',
      confirm: true,
      return_url: shop.url,
      expand: ['latest_charge'],
    });
    const asked = await stripe.paymentIntents.create({
      amount: 2000,
      currency: 'usd',
      payment_method: 'pm_card_threeDSecure2Required',
      confirm: true,
      return_url: shop.url,
    });
    const session = await createSession({
      allow_promotion_codes: true,
      billing_address_collection: 'required',
      shipping_address_collection: { allowed_countries: ['US', 'DE'] },
      phone_number_collection: { enabled: true },
      tax_id_collection: { enabled: true },
      custom_fields: [{ key: 'size', type: 'text', label: { type: 'custom', custom: 'Size' } }],
    });
    const { url, subscription } = await portal();
    return [
      session.url!,
      (await invoiced()).hosted_invoice_url!,
      (intent.latest_charge as Stripe.Charge).receipt_url!,
      asked.next_action!.redirect_to_url!.url!,
      url,
      `${url}/customer`,
      `${url}/payment-methods/add`,
      `${url}/subscriptions/${subscription}/cancel`,
    ];
  };

  test('have a title, one heading at the top, a language, and a name for everything that is filled in or pressed', async () => {
    for (const url of await everyPage()) {
      await page.goto(url);
      expect(await page.title()).not.toBe('');
      expect(await page.locator('html').getAttribute('lang')).toBe('en');
      expect([url, await page.locator('h1').count()]).toEqual([url, 1]);
      const nameless =
        await page.evaluate(`[...document.querySelectorAll('input:not([type=hidden]), select, button, a')]
        .filter((each) => !(each.labels && each.labels.length) && !each.getAttribute('aria-label') && !each.textContent.trim())
        .map((each) => each.outerHTML)`);
      expect([url, nameless]).toEqual([url, []]);
    }
  });

  test('fit on a telephone', async () => {
    await begin({ viewport: { width: 360, height: 640 } });
    for (const url of await everyPage()) {
      await page.goto(url);
      expect([url, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([url, 360]);
    }
  });

  test('need no JavaScript', async () => {
    await begin({ javaScriptEnabled: false });
    const { url, id } = await createSession();
    await page.goto(url!);
    await fillIn(ASKS_ALWAYS);
    await pay();
    await page.getByRole('button', { name: 'Complete' }).click();
    await page.waitForURL(`${shop.url}/done`);
    expect((await stripe.checkout.sessions.retrieve(id)).payment_status).toBe('paid');
  });

  describe('Checkout', () => {
    test('is filled in and paid by the keyboard alone', async () => {
      const { url } = await createSession();
      await page.goto(url!);
      await page.getByLabel('Email').focus();
      for (const text of ['ada@example.com', VISA, '1234', '123', 'Ada Lovelace']) {
        await page.keyboard.type(text);
        await page.keyboard.press('Tab');
      }
      await page.keyboard.press('Tab');
      await page.keyboard.type('94107');
      await page.keyboard.press('Enter');
      await page.waitForURL(`${shop.url}/done`);
    });

    test('leads back to the shop', async () => {
      const { url } = await createSession();
      await page.goto(url!);
      await page.getByRole('link', { name: /^Back to/ }).click();
      await page.waitForURL(`${shop.url}/cart`);
    });

    test('says that it has expired, or is complete', async () => {
      const { id, url } = await createSession();
      await page.goto(url!);
      await fillIn();
      await stripe.checkout.sessions.expire(id);
      await pay();
      await page.getByText('This session has expired').waitFor();
      const other = await createSession();
      await page.goto(other.url!);
      await fillIn();
      await pay();
      await page.waitForURL(`${shop.url}/done`);
      await page.goto(other.url!);
      await page.getByText("You're all done here").waitFor();
      expect(await page.locator('form').count()).toBe(0);
    });

    test('charges the shipping that was chosen', async () => {
      const option = (display_name: string, amount: number) => ({
        shipping_rate_data: { display_name, type: 'fixed_amount' as const, fixed_amount: { amount, currency: 'usd' } },
      });
      const { id, url } = await createSession({
        shipping_address_collection: { allowed_countries: ['US'] },
        shipping_options: [option('Post', 500), option('Courier', 1500)],
      });
      await page.goto(url!);
      await fillIn();
      const address = page.getByRole('group', { name: 'Shipping address' });
      await address.getByLabel('Full name').fill('Ada');
      await address.getByLabel('Address line 1').fill('1 Main St');
      await address.getByLabel('City').fill('Reno');
      await address.getByLabel('State').selectOption('NV');
      await address.getByLabel('ZIP').fill('89501');
      await page.getByLabel('Courier').check();
      await page.getByRole('button', { name: 'Pay $35.00' }).click();
      await page.waitForURL(`${shop.url}/done`);
      expect(await stripe.checkout.sessions.retrieve(id)).toMatchObject({
        amount_total: 3500,
        shipping_cost: { amount_total: 1500 },
        collected_information: { shipping_details: { name: 'Ada', address: { city: 'Reno' } } },
      });
    });

    test('takes what the buyer wants to give', async () => {
      const { id: price } = await stripe.prices.create({
        product,
        currency: 'usd',
        custom_unit_amount: { enabled: true, minimum: 500, preset: 1000 },
      });
      const { url, id } = await createSession({ line_items: [{ price, quantity: 1 }], submit_type: 'donate' });
      await page.goto(url!);
      await fillIn();
      await page.getByLabel('Amount').fill('25');
      await page.getByLabel('Amount').press('Enter');
      await page.getByRole('button', { name: 'Donate $25.00' }).click();
      await page.waitForURL(`${shop.url}/done`);
      expect((await stripe.checkout.sessions.retrieve(id)).amount_total).toBe(2500);
    });

    test('asks for what the shop wants to know, until it is there', async () => {
      const label = (custom: string) => ({ type: 'custom' as const, custom });
      const { url, id } = await createSession({
        consent_collection: { terms_of_service: 'required' },
        custom_text: { submit: { message: 'We ship on Mondays.' } },
        custom_fields: [
          {
            key: 'size',
            type: 'dropdown',
            label: label('Size'),
            dropdown: { options: [{ label: 'Large', value: 'l' }] },
          },
          { key: 'name', type: 'text', label: label('Engraving'), optional: true, text: { maximum_length: 5 } },
        ],
      });
      await page.goto(url!);
      await page.getByText('We ship on Mondays.').waitFor();
      await fillIn();
      await pay();
      await page.getByText('Agree to the terms of service to go on.').waitFor();
      await page.getByLabel('Size').selectOption('Large');
      await page.getByLabel('I agree').check();
      await fillCard();
      await pay();
      await page.waitForURL(`${shop.url}/done`);
      expect(await stripe.checkout.sessions.retrieve(id)).toMatchObject({
        consent: { terms_of_service: 'accepted' },
        custom_fields: [{ dropdown: { value: 'l' } }, { text: { value: null } }],
      });
    });

    test('says how long a trial is, and what comes then', async () => {
      const { url } = await createSession({
        mode: 'subscription',
        line_items: [{ price: basic, quantity: 1 }],
        subscription_data: { trial_period_days: 7 },
      });
      await page.goto(url!);
      await page.getByText('7 days free').waitFor();
      await page.getByText('$9.00 / month').waitFor();
      await page.getByRole('button', { name: 'Start trial' }).waitFor();
    });
  });

  test('a payment link thanks, and is over when it is not active', async () => {
    const { url, id } = await stripe.paymentLinks.create({
      line_items: [ITEM],
      after_completion: { type: 'hosted_confirmation', hosted_confirmation: { custom_message: 'Enjoy the shirt!' } },
    });
    await page.goto(url);
    await fillIn();
    await pay();
    await page.getByText('Enjoy the shirt!').waitFor();
    await stripe.paymentLinks.update(id, { active: false, inactive_message: 'Sold out.' });
    await page.goto(url);
    await page.getByText('Sold out.').waitFor();
  });

  describe('the portal', () => {
    test('changes a plan, and leads back', async () => {
      const { url, subscription } = await portal({
        subscription_update: {
          enabled: true,
          default_allowed_updates: ['price'],
          products: [{ product, prices: [basic, better] }],
        },
      });
      await page.goto(url);
      await page.getByRole('link', { name: 'Update subscription' }).click();
      await page.getByLabel('$19.00 per month').check();
      await page.getByRole('button', { name: 'Confirm' }).click();
      await page.getByText('$19.00 per month').waitFor();
      expect((await stripe.subscriptions.retrieve(subscription)).items.data[0]!.price.id).toBe(better);
      await page.getByRole('link', { name: /^← Return to/ }).click();
      await page.waitForURL(`${shop.url}/account`);
    });

    test('asks the bank about a new card, and goes where the flow says', async () => {
      const { url, customer } = await portal(undefined, {
        flow_data: {
          type: 'payment_method_update',
          after_completion: { type: 'redirect', redirect: { return_url: `${shop.url}/back` } },
        },
      });
      await page.goto(url);
      await fillCard(ASKS_ALWAYS);
      await page.getByRole('button', { name: 'Add' }).click();
      await bankFrame(page).getByRole('button', { name: 'Complete' }).click();
      await page.waitForURL(`${shop.url}/back`);
      const { invoice_settings: settings } = (await stripe.customers.retrieve(customer, {
        expand: ['invoice_settings.default_payment_method'],
      })) as Stripe.Customer;
      expect(settings.default_payment_method).toMatchObject({ card: { last4: '3184' } });
    });

    test('confirms that a subscription is canceled as the flow says', async () => {
      const { customer, subscription } = await portal();
      const { url } = await stripe.billingPortal.sessions.create({
        customer,
        flow_data: {
          type: 'subscription_cancel',
          subscription_cancel: { subscription },
          after_completion: { type: 'hosted_confirmation', hosted_confirmation: { custom_message: 'Farewell!' } },
        },
      });
      await page.goto(url);
      await page.getByRole('button', { name: 'Cancel subscription' }).click();
      await page.getByText('Farewell!').waitFor();
      expect((await stripe.subscriptions.retrieve(subscription)).cancel_at_period_end).toBe(true);
    });
  });

  test('an invoice is paid through 3-D Secure, and is there as a PDF', async () => {
    const { hosted_invoice_url: url, id } = await invoiced();
    await page.goto(url!);
    await fillCard(ASKS_ALWAYS);
    await page.getByTestId('hosted-invoice-pay').click();
    await bankFrame(page).getByRole('button', { name: 'Fail' }).click();
    await page.getByRole('alert').waitFor();
    await fillCard(ASKS_ALWAYS);
    await page.getByTestId('hosted-invoice-pay').click();
    await bankFrame(page).getByRole('button', { name: 'Complete' }).click();
    await page.getByText('Invoice paid').waitFor();
    expect((await stripe.invoices.retrieve(id)).status).toBe('paid');
    const link = await page.getByTestId('download-invoice-pdf').getAttribute('href');
    const file = await running.platform.fetch(`http://stripe.localhost${new URL(link!, url!).pathname}`);
    expect(file.headers.get('content-type')).toBe('application/pdf');
    expect(Buffer.from(await file.arrayBuffer()).toString('latin1')).toMatch(/^%PDF-1\.[\s\S]*%%EOF\s*$/);
  });
});
