/** What people do in a browser: Checkout, 3-D Secure, the portal, hosted invoices, and pages that use Stripe.js. */
import type { FrameLocator, Page } from 'playwright-core';
import type Stripe from 'stripe';
import { describeWithBrowser } from '../support/browser';
import { shopPage, type Shop } from '../support/shop';
import type { RunningStripe } from '../support/stripe';
import { inBrowser } from '../support/stripe-in-browser';

const VISA = '4242424242424242';
const DECLINED = '4000000000000002';
const ASKS_ALWAYS = '4000002760003184';

describeWithBrowser('in a browser', () => {
  let running: RunningStripe;
  let stripe: Stripe;
  let page: Page;
  let shop: Shop;

  inBrowser((test) => ({ running, stripe, page, shop } = test));
  beforeEach(() => running.platform.state.reset());

  const fillCard = async (number: string): Promise<void> => {
    await page.getByLabel('Card number').fill(number);
    await page.getByLabel('Expiration').fill('12 / 34');
    await page.getByLabel('CVC').fill('123');
    await page.getByLabel('Cardholder name').fill('Ada Lovelace');
    await page.getByLabel('ZIP').fill('94107');
  };
  const bankFrame = (): FrameLocator =>
    page.frameLocator('iframe[src*="three-ds-2-challenge"]').frameLocator('iframe[name="stripe-challenge-frame"]');
  const eventTypes = async (): Promise<string[]> =>
    (await stripe.events.list({ limit: 100 })).data.map(({ type }) => type);
  const createSession = (more: Partial<Stripe.Checkout.SessionCreateParams> = {}): Promise<Stripe.Checkout.Session> =>
    stripe.checkout.sessions.create({
      mode: 'payment',
      line_items: [
        { quantity: 1, price_data: { currency: 'usd', unit_amount: 2000, product_data: { name: 'T-shirt' } } },
      ],
      success_url: `${shop.url}/done?session={CHECKOUT_SESSION_ID}`,
      cancel_url: `${shop.url}/cart`,
      ...more,
    });

  describe('Checkout', () => {
    test('takes a payment', async () => {
      const session = await createSession();
      await page.goto(session.url!);
      await page.getByLabel('Email').fill('ada@example.com');
      await fillCard(VISA);
      await page.getByRole('button', { name: 'Pay $20.00' }).click();
      await page.waitForURL(`${shop.url}/done?session=${session.id}`);
      expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({
        status: 'complete',
        payment_status: 'paid',
      });
      expect(await eventTypes()).toEqual(
        expect.arrayContaining(['checkout.session.completed', 'payment_intent.succeeded', 'charge.succeeded']),
      );
    });

    test('shows what the bank says, and takes another card', async () => {
      const session = await createSession();
      await page.goto(session.url!);
      await page.getByLabel('Email').fill('ada@example.com');
      await fillCard(DECLINED);
      await page.getByTestId('hosted-payment-submit-button').click();
      await page.getByText('Your card was declined').waitFor();
      expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({
        status: 'open',
        payment_status: 'unpaid',
      });
      await fillCard(VISA);
      await page.getByTestId('hosted-payment-submit-button').click();
      await page.waitForURL(`${shop.url}/done?session=${session.id}`);
      const { payment_intent } = await stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent'] });
      expect(payment_intent).toMatchObject({ status: 'succeeded', amount_received: 2000 });
      expect(await eventTypes()).toContain('payment_intent.payment_failed');
    });

    test('shows a wrong number beside its field', async () => {
      const session = await createSession();
      await page.goto(session.url!);
      await page.getByLabel('Email').fill('ada@example.com');
      await fillCard('4242424242424241');
      await page.getByTestId('hosted-payment-submit-button').click();
      await page.getByText('Your card number is invalid.').waitFor();
      expect(await page.getByLabel('Card number').getAttribute('aria-invalid')).toBe('true');
    });

    test('leads through 3-D Secure, which may fail', async () => {
      const session = await createSession();
      await page.goto(session.url!);
      await page.getByLabel('Email').fill('ada@example.com');
      await fillCard(ASKS_ALWAYS);
      await page.getByTestId('hosted-payment-submit-button').click();
      await bankFrame().getByRole('button', { name: 'Fail' }).click();
      await page.getByRole('alert').waitFor();
      expect((await stripe.checkout.sessions.retrieve(session.id)).status).toBe('open');
      await fillCard(ASKS_ALWAYS);
      await page.getByTestId('hosted-payment-submit-button').click();
      await bankFrame().getByRole('button', { name: 'Complete' }).click();
      await page.waitForURL(`${shop.url}/done?session=${session.id}`);
      expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({
        status: 'complete',
        payment_status: 'paid',
      });
    });

    test('takes a promotion code and another quantity without losing what is typed', async () => {
      const coupon = await stripe.coupons.create({ percent_off: 50, duration: 'once' });
      await stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon: coupon.id }, code: 'HALF' });
      const session = await createSession({
        allow_promotion_codes: true,
        line_items: [
          {
            quantity: 1,
            adjustable_quantity: { enabled: true },
            price_data: { currency: 'usd', unit_amount: 2000, product_data: { name: 'T-shirt' } },
          },
        ],
      });
      await page.goto(session.url!);
      await page.getByLabel('Email').fill('ada@example.com');
      await fillCard(VISA);
      await page.getByLabel('Promotion code').fill('NONE');
      await page.getByRole('button', { name: 'Apply' }).click();
      await page.getByText('This code is invalid.').waitFor();
      await page.getByLabel('Promotion code').fill('half');
      await page.getByRole('button', { name: 'Apply' }).click();
      await page.getByRole('button', { name: 'Pay $10.00' }).waitFor();
      await page.getByLabel('Quantity').fill('3');
      await page.getByLabel('Quantity').blur();
      await page.getByRole('button', { name: 'Pay $30.00' }).click();
      await page.waitForURL(`${shop.url}/done?session=${session.id}`);
      expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({
        amount_subtotal: 6000,
        amount_total: 3000,
        total_details: { amount_discount: 3000 },
      });
    });

    test('starts a subscription', async () => {
      const product = await stripe.products.create({ name: 'Pro plan' });
      const price = await stripe.prices.create({
        product: product.id,
        currency: 'usd',
        unit_amount: 1500,
        recurring: { interval: 'month' },
      });
      const session = await createSession({ mode: 'subscription', line_items: [{ price: price.id, quantity: 1 }] });
      await page.goto(session.url!);
      await page.getByLabel('Email').fill('ada@example.com');
      await fillCard(DECLINED);
      await page.getByRole('button', { name: 'Subscribe' }).click();
      await page.getByText('Your card was declined').waitFor();
      await fillCard(VISA);
      await page.getByRole('button', { name: 'Subscribe' }).click();
      await page.waitForURL(`${shop.url}/done?session=${session.id}`);
      const { subscription, customer, invoice } = await stripe.checkout.sessions.retrieve(session.id, {
        expand: ['subscription', 'invoice'],
      });
      expect(subscription).toMatchObject({ status: 'active', customer });
      expect(invoice).toMatchObject({ status: 'paid', amount_paid: 1500 });
      expect((await stripe.subscriptions.list({ status: 'active' })).data).toHaveLength(1);
    });

    test('starts a subscription with 3-D Secure', async () => {
      const session = await createSession({
        mode: 'subscription',
        line_items: [
          {
            quantity: 1,
            price_data: {
              currency: 'usd',
              unit_amount: 900,
              recurring: { interval: 'month' },
              product_data: { name: 'Plan' },
            },
          },
        ],
      });
      await page.goto(session.url!);
      await page.getByLabel('Email').fill('ada@example.com');
      await fillCard(ASKS_ALWAYS);
      await page.getByRole('button', { name: 'Subscribe' }).click();
      await bankFrame().getByRole('button', { name: 'Complete' }).click();
      await page.waitForURL(`${shop.url}/done?session=${session.id}`);
      const { subscription } = await stripe.checkout.sessions.retrieve(session.id, { expand: ['subscription'] });
      expect(subscription).toMatchObject({ status: 'active' });
    });

    test('keeps a card for later in setup mode', async () => {
      const customer = await stripe.customers.create({ email: 'ada@example.com' });
      const session = await createSession({
        mode: 'setup',
        currency: 'usd',
        customer: customer.id,
        line_items: undefined,
      });
      await page.goto(session.url!);
      await fillCard(VISA);
      await page.getByRole('button', { name: 'Save' }).click();
      await page.waitForURL(`${shop.url}/done?session=${session.id}`);
      expect((await stripe.customers.listPaymentMethods(customer.id)).data).toHaveLength(1);
    });
  });

  describe('the portal', () => {
    test('ends a subscription with its period, and takes that back', async () => {
      const customer = await stripe.customers.create({
        email: 'ada@example.com',
        payment_method: 'pm_card_visa',
        invoice_settings: { default_payment_method: 'pm_card_visa' },
      });
      const product = await stripe.products.create({ name: 'Pro plan' });
      const price = await stripe.prices.create({
        product: product.id,
        currency: 'usd',
        unit_amount: 1500,
        recurring: { interval: 'month' },
      });
      const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
      const session = await stripe.billingPortal.sessions.create({
        customer: customer.id,
        return_url: `${shop.url}/account`,
      });
      await page.goto(session.url);
      await page.getByText('Pro plan').waitFor();
      await page.getByRole('link', { name: 'Cancel subscription' }).click();
      await page.getByRole('button', { name: 'Cancel subscription' }).click();
      await page.getByText('will be canceled').waitFor();
      expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ cancel_at_period_end: true, status: 'active' });
      await page.getByRole('button', { name: "Don't cancel subscription" }).click();
      await page.getByText('renews on').waitFor();
      expect((await stripe.subscriptions.retrieve(id)).cancel_at_period_end).toBe(false);
      await page.getByRole('link', { name: 'Return to' }).click();
      await page.waitForURL(`${shop.url}/account`);
    });

    test('adds a payment method, and shows and deletes it', async () => {
      const customer = await stripe.customers.create({ email: 'ada@example.com' });
      const session = await stripe.billingPortal.sessions.create({ customer: customer.id });
      await page.goto(session.url);
      await page.getByRole('link', { name: 'Add payment method' }).click();
      await fillCard(VISA);
      await page.getByRole('button', { name: 'Add' }).click();
      await page.getByText('Visa •••• 4242').waitFor();
      await page.getByText('Default', { exact: true }).waitFor();
      expect((await stripe.customers.listPaymentMethods(customer.id)).data).toHaveLength(1);
      await page.getByRole('button', { name: 'Delete Visa •••• 4242' }).click();
      await page.getByText('There is no payment method.').waitFor();
    });
  });

  describe('a hosted invoice', () => {
    test('is paid on its page, and is there as a PDF', async () => {
      const customer = await stripe.customers.create({ email: 'ada@example.com', name: 'Ada' });
      const draft = await stripe.invoices.create({
        customer: customer.id,
        collection_method: 'send_invoice',
        days_until_due: 30,
      });
      await stripe.invoiceItems.create({
        customer: customer.id,
        invoice: draft.id,
        amount: 4200,
        currency: 'usd',
        description: 'Consulting',
      });
      const invoice = await stripe.invoices.finalizeInvoice(draft.id);
      await page.goto(invoice.hosted_invoice_url!);
      await fillCard(VISA);
      await page.getByRole('button', { name: 'Pay $42.00' }).click();
      await page.getByText('Invoice paid.').waitFor();
      expect((await stripe.invoices.retrieve(invoice.id)).status).toBe('paid');
      const { pathname } = new URL(invoice.invoice_pdf!);
      const answer = await running.platform.fetch(`http://stripe.localhost${pathname}`);
      expect(answer.headers.get('content-type')).toBe('application/pdf');
      expect((await answer.text()).slice(0, 8)).toBe('%PDF-1.4');
    });
  });

  describe('a page with Stripe.js', () => {
    const script = (): string => `http://js.stripe.localhost:${running.platform.port}/v3/`;
    const result = async (): Promise<Record<string, unknown>> => {
      await page.locator('#result:not(:empty)').waitFor();
      return JSON.parse((await page.locator('#result').textContent())!) as Record<string, unknown>;
    };

    test('pays with the Payment Element and goes where it said', async () => {
      const { client_secret } = await stripe.paymentIntents.create({ amount: 2000, currency: 'usd' });
      shop.show(paymentElement(script(), client_secret!));
      await page.goto(`${shop.url}/pay`);
      const frame = page.frameLocator('iframe[title="Secure payment input frame"]');
      await frame.getByLabel('Card number').fill(VISA);
      await frame.getByLabel('Expiration date').fill('12 / 34');
      await frame.getByLabel('Security code').fill('123');
      await frame.getByLabel('ZIP code').fill('94107');
      await page.getByRole('button', { name: 'Pay' }).click();
      await page.waitForURL(/\/done\?payment_intent=pi_\w+&payment_intent_client_secret=.*&redirect_status=succeeded$/);
      expect((await stripe.paymentIntents.list()).data[0]).toMatchObject({
        status: 'succeeded',
        amount_received: 2000,
      });
    });

    test('is told what is missing and what the bank says', async () => {
      const { client_secret } = await stripe.paymentIntents.create({ amount: 2000, currency: 'usd' });
      shop.show(paymentElement(script(), client_secret!));
      await page.goto(`${shop.url}/pay`);
      const frame = page.frameLocator('iframe[title="Secure payment input frame"]');
      await frame.locator('[name=number]').fill(DECLINED);
      await page.getByRole('button', { name: 'Pay' }).click();
      expect(await result()).toMatchObject({ error: { type: 'validation_error' } });
      await frame.getByText("Your card's security code is incomplete.").waitFor();
      await frame.locator('[name=expiry]').fill('12 / 34');
      await frame.locator('[name=cvc]').fill('123');
      await frame.locator('[name=postalCode]').fill('94107');
      await page.evaluate("document.getElementById('result').textContent = ''");
      await page.getByRole('button', { name: 'Pay' }).click();
      expect(await result()).toMatchObject({ error: { code: 'card_declined', type: 'card_error' } });
    });

    test('pays with the Card Element, and 3-D Secure over the page', async () => {
      const { client_secret } = await stripe.paymentIntents.create({ amount: 2000, currency: 'usd' });
      shop.show(
        cardElement(
          script(),
          `stripe.confirmCardPayment('${client_secret}', { payment_method: { card, billing_details: { name: 'Ada' } } })`,
        ),
      );
      await page.goto(`${shop.url}/pay`);
      const frame = page.frameLocator('iframe[title="Secure card payment input frame"]');
      await frame.locator('[name=cardnumber]').pressSequentially(ASKS_ALWAYS);
      await frame.locator('[name=exp-date]').pressSequentially('1234');
      await frame.locator('[name=cvc]').pressSequentially('123');
      await frame.locator('[name=postal]').fill('94107');
      await page.locator('.StripeElement--complete').waitFor();
      await page.getByRole('button', { name: 'Pay' }).click();
      const bank = bankFrame();
      await bank.locator('#test-source-authorize-3ds').click();
      expect(await result()).toMatchObject({ paymentIntent: { status: 'succeeded' } });
    });

    test('makes tokens and payment methods out of separate elements', async () => {
      shop.show(splitElements(script()));
      await page.goto(`${shop.url}/pay`);
      await page.frameLocator('iframe[title="Secure card number input frame"]').locator('[name=cardnumber]').fill(VISA);
      await page
        .frameLocator('iframe[title="Secure expiration date input frame"]')
        .locator('[name=exp-date]')
        .fill('12 / 34');
      await page.frameLocator('iframe[title="Secure CVC input frame"]').locator('[name=cvc]').fill('123');
      await page.getByRole('button', { name: 'Pay' }).click();
      const { token, method } = (await result()) as { token: Stripe.Token; method: Stripe.PaymentMethod };
      expect(token).toMatchObject({ object: 'token', card: { last4: '4242' } });
      expect(method).toMatchObject({ object: 'payment_method', card: { brand: 'visa' } });
      expect((await stripe.paymentMethods.retrieve(method.id)).id).toBe(method.id);
    });

    test('keeps a card with confirmSetup', async () => {
      const customer = await stripe.customers.create({});
      const { client_secret } = await stripe.setupIntents.create({ customer: customer.id });
      shop.show(cardElement(script(), `stripe.confirmCardSetup('${client_secret}', { payment_method: { card } })`));
      await page.goto(`${shop.url}/pay`);
      const frame = page.frameLocator('iframe[title="Secure card payment input frame"]');
      await frame.locator('[name=cardnumber]').fill(VISA);
      await frame.locator('[name=exp-date]').fill('12 / 34');
      await frame.locator('[name=cvc]').fill('123');
      await frame.locator('[name=postal]').fill('94107');
      await page.getByRole('button', { name: 'Pay' }).click();
      expect(await result()).toMatchObject({ setupIntent: { status: 'succeeded' } });
      expect((await stripe.customers.listPaymentMethods(customer.id)).data).toHaveLength(1);
    });

    test('shows Checkout within the page', async () => {
      const session = await stripe.checkout.sessions.create({
        mode: 'payment',
        ui_mode: 'embedded_page',
        return_url: `${shop.url}/done?session={CHECKOUT_SESSION_ID}`,
        line_items: [
          { quantity: 1, price_data: { currency: 'usd', unit_amount: 2000, product_data: { name: 'T-shirt' } } },
        ],
      });
      shop.show(embedded(script(), session.client_secret ?? ''));
      await page.goto(`${shop.url}/pay`);
      const frame = page.frameLocator('iframe[name=embedded-checkout]');
      await frame.getByLabel('Email').fill('ada@example.com');
      await frame.getByLabel('Card number').fill(VISA);
      await frame.getByLabel('Expiration').fill('12 / 34');
      await frame.getByLabel('CVC').fill('123');
      await frame.getByLabel('ZIP').fill('94107');
      await frame.getByTestId('hosted-payment-submit-button').click();
      await page.waitForURL(`${shop.url}/done?session=${session.id}`);
    });
  });
});

function paymentElement(script: string, secret: string): string {
  return shopPage(
    script,
    `const elements = stripe.elements({ clientSecret: '${secret}' }); elements.create('payment').mount('#element');`,
    `return stripe.confirmPayment({ elements, confirmParams: { return_url: location.origin + '/done' } });`,
  );
}

function cardElement(script: string, work: string): string {
  return shopPage(script, `const card = stripe.elements().create('card'); card.mount('#element');`, `return ${work};`);
}

function splitElements(script: string): string {
  return shopPage(
    script,
    `const elements = stripe.elements(); const number = elements.create('cardNumber'); number.mount('#element');
elements.create('cardExpiry').mount('#second'); elements.create('cardCvc').mount(document.getElementById('third'));`,
    `const { token } = await stripe.createToken(number, { name: 'Ada' });
const { paymentMethod: method } = await stripe.createPaymentMethod({ type: 'card', card: number });
return { token, method };`,
  );
}

function embedded(script: string, secret: string): string {
  return shopPage(
    script,
    `stripe.initEmbeddedCheckout({ fetchClientSecret: async () => '${secret}' }).then((checkout) => checkout.mount('#element'));`,
    'return null;',
  );
}
