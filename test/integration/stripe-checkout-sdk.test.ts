/** Checkout in Stripe.js: the session and its actions, the whole form, and the embedded page, which tells what happens. */
import type { FrameLocator, Page } from 'playwright-core';
import type Stripe from 'stripe';
import { describeWithBrowser } from '../support/browser';
import { pageWithStripeJs, VISA, type PageWithStripeJs } from '../support/page-with-stripe-js';
import type { Shop } from '../support/shop';
import { inBrowser } from '../support/stripe-in-browser';

describeWithBrowser('Checkout in Stripe.js', () => {
  let stripe: Stripe;
  let page: Page;
  let shop: Shop;
  let site: PageWithStripeJs;

  inBrowser((test) => {
    ({ stripe, page, shop } = test);
    site = pageWithStripeJs(test);
  });

  const session = (more: Partial<Stripe.Checkout.SessionCreateParams> = {}): Promise<Stripe.Checkout.Session> =>
    stripe.checkout.sessions.create({
      mode: 'payment',
      ui_mode: 'elements',
      return_url: `${shop.url}/back`,
      line_items: [
        { quantity: 1, price_data: { currency: 'usd', unit_amount: 2000, product_data: { name: 'T-shirt' } } },
      ],
      ...more,
    });
  const subscription = async (
    more: Partial<Stripe.Checkout.SessionCreateParams> = {},
  ): Promise<Stripe.Checkout.Session> => {
    const price = await stripe.prices.create({
      currency: 'usd',
      unit_amount: 1500,
      recurring: { interval: 'month' },
      product_data: { name: 'Plan' },
    });
    return session({ mode: 'subscription', line_items: [{ price: price.id, quantity: 2 }], ...more });
  };
  const open = (of: Stripe.Checkout.Session, more = ''): Promise<void> =>
    site.open(`const checkout = stripe.initCheckoutElementsSdk({ clientSecret: '${of.client_secret!}' });
      const loaded = checkout.loadActions(); ${more}`);
  const act = (work: string): Promise<unknown> => site.run(`const { actions } = await loaded; ${work}`);

  describe('the session', () => {
    test('has what recurs, and a trial', async () => {
      await open(await subscription());
      const recurring = { interval: 'month', intervalCount: 1, dueNext: { total: { amount: '$30.00' } }, trial: null };
      expect(await act('return actions.getSession();')).toMatchObject({ recurring });
      await open(await subscription({ subscription_data: { trial_period_days: 14 } }));
      expect(await act('return actions.getSession();')).toMatchObject({
        recurring: { trial: { trialPeriodDays: 14 }, dueNext: { total: { minorUnitsAmount: 3000 } } },
        total: { total: { minorUnitsAmount: 0 } },
      });
    });

    test('says why a payment failed', async () => {
      await open(await session({ customer_email: 'ada@example.com' }));
      const { id } = await stripe.paymentMethods.create({
        type: 'card',
        card: { token: 'tok_visa_chargeDeclinedInsufficientFunds' },
      });
      expect(await act(`return actions.confirm({ paymentMethod: '${id}', redirect: 'if_required' });`)).toMatchObject({
        type: 'error',
        error: { code: 'paymentFailed', paymentFailed: { declineCode: 'insufficient_funds' } },
      });
      expect(await act('return actions.getSession();')).toMatchObject({
        status: { type: 'open' },
        lastPaymentError: { message: expect.stringContaining('insufficient funds') as string },
      });
    });

    test('refuses what cannot be: a tax ID, a quantity, a shipping option', async () => {
      await open(await session({ tax_id_collection: { enabled: true } }));
      expect(
        await act(
          `return actions.updateTaxIdInfo({ taxId: { type: 'eu_vat', value: 'none' }, businessName: 'Rocket' });`,
        ),
      ).toMatchObject({ type: 'error', error: { code: 'invalidTaxId' } });
      expect(
        await act(
          `const [item] = actions.getSession().lineItems; return actions.updateLineItemQuantity({ lineItem: item.id, quantity: 9 });`,
        ),
      ).toMatchObject({ type: 'error' });
      expect(await act(`return actions.updateShippingOption('shr_none');`)).toMatchObject({ type: 'error' });
      expect(
        await act(`return actions.runServerUpdate(() => Promise.reject(new Error('the server is down')));`),
      ).toEqual({
        type: 'error',
        error: { code: null, message: 'the server is down' },
      });
    });

    test('takes the number of a business out of its element', async () => {
      const { id } = await session({ tax_id_collection: { enabled: true }, customer_email: 'ada@example.com' });
      await open(
        await stripe.checkout.sessions.retrieve(id),
        `checkout.createTaxIdElement().mount('#second'); checkout.createPaymentElement().mount('#first');`,
      );
      const tax = site.frame('Secure tax ID input frame');
      await tax.locator('[name=businessName]').fill('Rocket Rides');
      await tax.locator('[name=taxId]').fill('DE123456789');
      await site.fillPayment();
      expect(await act(`return actions.confirm({ redirect: 'if_required' });`)).toMatchObject({ type: 'success' });
      expect((await stripe.checkout.sessions.retrieve(id)).customer_details).toMatchObject({
        business_name: 'Rocket Rides',
        tax_ids: [{ type: 'eu_vat', value: 'DE123456789' }],
      });
    });

    test('shows what the customer has saved, and pays with it', async () => {
      const { id: customer } = await stripe.customers.create({ email: 'ada@example.com' });
      const saved = await stripe.paymentMethods.create({
        type: 'card',
        card: { token: 'tok_visa' },
        allow_redisplay: 'always',
      });
      await stripe.paymentMethods.attach(saved.id, { customer });
      const { id } = await session({ customer });
      await open(await stripe.checkout.sessions.retrieve(id), `checkout.createPaymentElement().mount('#first');`);
      await site.payment().getByText('Visa •••• 4242').waitFor();
      expect(await act(`return actions.confirm({ redirect: 'if_required' });`)).toMatchObject({ type: 'success' });
      const { payment_intent } = await stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent'] });
      expect(payment_intent).toMatchObject({ payment_method: saved.id });
    });
  });

  test('the whole form asks for all that the session needs, and says when it is to be paid', async () => {
    const { client_secret, id } = await session({ shipping_address_collection: { allowed_countries: ['US'] } });
    await site.open(`const checkout = stripe.initCheckoutFormSdk({ clientSecret: '${client_secret!}' });
      const loaded = checkout.loadActions();
      const form = note(checkout.createForm(), 'ready', 'change', 'confirm'); form.mount('#first');`);
    await site.told(`event.name === 'ready'`);
    await site.frame('Secure email input frame').getByLabel('Email').fill('ada@example.com');
    const address = site.frame('Secure address input frame');
    for (const [name, text] of [
      ['name', 'Ada'],
      ['addressLine1', '1 Main St'],
      ['locality', 'Reno'],
      ['postalCode', '89501'],
    ] as const)
      await address.locator(`[name=${name}]`).fill(text);
    await address.locator('[name=administrativeArea]').selectOption('NV');
    await site.fillPayment();
    expect(await site.told(`event.name === 'change' && event.complete`)).toMatchObject({
      elementType: 'checkoutForm',
      status: { payment: { complete: true }, shippingAddress: { complete: true } },
    });
    await page.getByRole('button', { name: 'Pay $20.00' }).press('Enter');
    const confirm = (await site.told(`event.name === 'confirm'`)) as object;
    expect(confirm).toMatchObject({ source: 'checkout-form-pay-button', paymentMethodType: 'card' });
    expect(
      await act(`return actions.confirm({ redirect: 'if_required', formConfirmEvent: ${JSON.stringify(confirm)} });`),
    ).toMatchObject({ type: 'success', session: { status: { type: 'complete', paymentStatus: 'paid' } } });
    expect((await stripe.checkout.sessions.retrieve(id)).collected_information).toMatchObject({
      shipping_details: { name: 'Ada', address: { city: 'Reno', state: 'NV' } },
    });
  });

  describe('the embedded page', () => {
    const frame = (): FrameLocator => page.frameLocator('iframe[name=embedded-checkout]');

    test('tells what happens to it', async () => {
      const { client_secret, id } = await session({
        ui_mode: 'embedded_page',
        redirect_on_completion: 'never',
        return_url: undefined,
      });
      await site.open(`window.told = []; window.completions = 0;
        stripe.createEmbeddedCheckoutPage({
          clientSecret: '${client_secret!}',
          onComplete: () => { completions += 1; },
          onAnalyticsEvent: (event) => told.push(event),
        }).then((checkout) => checkout.mount('#first'));`);
      await frame().locator('#email').fill('ada@example.com');
      for (const [field, text] of [
        ['cardNumber', VISA],
        ['cardExpiry', '1234'],
        ['cardCvc', '123'],
        ['billingPostalCode', '94107'],
      ] as const)
        await frame().locator(`#${field}`).fill(text);
      await frame().getByTestId('hosted-payment-submit-button').click();
      await page.waitForFunction('completions === 1');
      expect(await page.evaluate('told')).toMatchObject([
        { eventType: 'checkoutRendered', checkoutSession: id, details: { amount: 2000, currency: 'usd' } },
        { eventType: 'checkoutSubmitted', details: { paymentMethodType: 'card' } },
      ]);
    });

    test('asks the application where things are sent to', async () => {
      const { client_secret, id } = await session({
        ui_mode: 'embedded_page',
        permissions: { update_shipping_details: 'server_only' },
        shipping_address_collection: { allowed_countries: ['US'] },
      });
      await site.open(`stripe.createEmbeddedCheckoutPage({
          clientSecret: '${client_secret!}',
          onShippingDetailsChange: async (event) => {
            kept.push(event);
            return { type: 'reject', errorMessage: 'We do not ship there.' };
          },
        }).then((checkout) => checkout.mount('#first'));`);
      await frame().locator('#shippingName').fill('Ada');
      await frame().locator('#shippingAddressLine1').fill('1 Main St');
      await frame().locator('#shippingLocality').fill('Reno');
      await frame().locator('#shippingPostalCode').fill('89501');
      await frame().locator('#shippingPostalCode').blur();
      expect(await site.told('event.checkoutSessionId')).toMatchObject({
        checkoutSessionId: id,
        shippingDetails: { name: 'Ada', address: { city: 'Reno', country: 'US' } },
      });
      await frame().getByText('We do not ship there.').waitFor();
    });
  });
});
