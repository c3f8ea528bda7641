/** Stripe.js on a page of an application: https://docs.stripe.com/js, each documented way through it. */
import type { FrameLocator, Locator, Page } from 'playwright-core';
import type Stripe from 'stripe';
import { describeWithBrowser } from '../support/browser';
import { shopPage, type Shop } from '../support/shop';
import { failure, type RunningStripe } from '../support/stripe';
import { inBrowser } from '../support/stripe-in-browser';
import { waitFor } from '../support/wait-for';

const VISA = '4242424242424242';
const DECLINED = '4000000000000002';
const ASKS_ALWAYS = '4000002760003184';

/** What of the browser is used: its types are not those of the tests. */
interface InBrowser {
  getComputedStyle(element: unknown): { getPropertyValue(name: string): string };
}

/** How the browser shows an element in the end. */
function styleOf(element: Locator, property: string): Promise<string> {
  return element.evaluate(
    (shown: unknown, name: string) =>
      (globalThis as unknown as InBrowser).getComputedStyle(shown).getPropertyValue(name),
    property,
  );
}

type Answer = Record<string, Record<string, unknown> & { code?: string }>;

describeWithBrowser('Stripe.js', () => {
  let running: RunningStripe;
  let stripe: Stripe;
  let page: Page;
  let shop: Shop;

  inBrowser((test) => ({ running, stripe, page, shop } = test));

  /** Opens a page that does `before` at once, and `work` when its button is pressed. */
  const open = async (before: string, work: string, release = 'v3/'): Promise<void> => {
    shop.show(shopPage(`http://stripe.localhost:${running.platform.port}/${release}`, before, work));
    await page.goto(`${shop.url}/pay`);
  };
  const press = async (): Promise<Answer> => {
    await page.evaluate("document.getElementById('result').textContent = ''");
    await pressOnly();
    return result();
  };
  /** By the keyboard: elements that still grow move the button. */
  const pressOnly = (): Promise<void> => page.getByRole('button', { name: 'Pay' }).press('Enter');
  const result = async (): Promise<Answer> => {
    await page.locator('#result:not(:empty)').waitFor();
    return JSON.parse((await page.locator('#result').textContent())!) as Answer;
  };
  const paymentFrame = (): FrameLocator => page.frameLocator('iframe[title="Secure payment input frame"]');
  const bankFrame = (): FrameLocator =>
    page.frameLocator('iframe[src*="three-ds-2-challenge"]').frameLocator('iframe[name="stripe-challenge-frame"]');
  const fillPayment = async (number: string): Promise<void> => {
    await paymentFrame().getByLabel('Card number').fill(number);
    await paymentFrame().getByLabel('Expiration date').fill('12 / 34');
    await paymentFrame().getByLabel('Security code').fill('123');
    await paymentFrame().getByLabel('ZIP code').fill('94107');
  };
  const fillAddress = async (): Promise<void> => {
    const frame = page.frameLocator('iframe[title="Secure address input frame"]');
    for (const [label, value] of [
      ['Full name', 'Ada'],
      ['Address line 1', '1 Main St'],
      ['City', 'Reno'],
      ['ZIP code', '89501'],
    ] as const)
      await frame.getByLabel(label).fill(value);
    await frame.getByLabel('State').selectOption('NV');
  };
  const intent = async (more: Partial<Stripe.PaymentIntentCreateParams> = {}): Promise<string> =>
    (await stripe.paymentIntents.create({ amount: 2000, currency: 'usd', ...more })).client_secret!;
  const PAYMENT = "elements.create('payment').mount('#element');";
  const DEFERRED = `const elements = stripe.elements({ mode: 'payment', amount: 2000, currency: 'usd' }); ${PAYMENT}`;

  describe('where the intent comes later', () => {
    test('pays with an intent that is made after submit, without leaving', async () => {
      await open(
        DEFERRED,
        `const { error, selectedPaymentMethod } = await elements.submit(); if (error) return { error };
         const { paymentIntent } = await stripe.confirmPayment({ elements, clientSecret: '${await intent()}', redirect: 'if_required', confirmParams: { return_url: location.origin + '/done' } });
         return { paymentIntent, selected: { type: selectedPaymentMethod } };`,
      );
      await fillPayment(VISA);
      expect(await press()).toMatchObject({ paymentIntent: { status: 'succeeded' }, selected: { type: 'card' } });
    });

    test('says that submit is missing', async () => {
      await open(
        DEFERRED,
        `try { return await stripe.confirmPayment({ elements, clientSecret: '${await intent()}', redirect: 'if_required' }); }
         catch (error) { return { error: { name: error.name, message: error.message } }; }`,
      );
      await fillPayment(VISA);
      const { error } = await press();
      expect(error).toMatchObject({
        name: 'IntegrationError',
        message: expect.stringContaining('elements.submit()') as string,
      });
    });

    test('makes a confirmation token that the server confirms with, and does what comes next', async () => {
      await open(
        DEFERRED,
        `await elements.submit();
         const { confirmationToken } = await stripe.createConfirmationToken({ elements, params: { return_url: location.origin + '/done' } });
         return { confirmationToken };`,
      );
      await fillPayment(ASKS_ALWAYS);
      const { confirmationToken } = await press();
      const confirmed = await stripe.paymentIntents.create({
        amount: 2000,
        currency: 'usd',
        confirm: true,
        use_stripe_sdk: true,
        confirmation_token: confirmationToken!['id'] as string,
      });
      expect(confirmed).toMatchObject({ status: 'requires_action', next_action: { type: 'use_stripe_sdk' } });
      await page.evaluate(
        `document.getElementById('result').textContent = ''; stripe.handleNextAction({ clientSecret: '${confirmed.client_secret}' }).then((done) => { document.getElementById('result').textContent = JSON.stringify(done); }); 0`,
      );
      await bankFrame().locator('#test-source-authorize-3ds').click();
      expect(await result()).toMatchObject({ paymentIntent: { status: 'succeeded' } });
    });

    test('needs an amount and a currency, and takes others', async () => {
      await open(
        DEFERRED,
        `let name; try { stripe.elements({ mode: 'payment', currency: 'usd' }); } catch (error) { name = error.name; }
         elements.update({ amount: 500, currency: 'eur' });
         return { wrong: { name } };`,
      );
      expect(await press()).toEqual({ wrong: { name: 'IntegrationError' } });
    });
  });

  describe('what a payment leads to', () => {
    const CONFIRM = `return stripe.confirmPayment({ elements, redirect: 'if_required', confirmParams: { return_url: location.origin + '/done' } });`;
    const start = async (secret: string, more = ''): Promise<void> =>
      open(`const elements = stripe.elements({ clientSecret: '${secret}' }); ${PAYMENT} ${more}`, CONFIRM);

    test('3-D Secure over the page, which may fail', async () => {
      await start(await intent());
      await fillPayment(ASKS_ALWAYS);
      await pressOnly();
      await bankFrame().locator('#test-source-fail-3ds').click();
      expect(await result()).toMatchObject({
        error: {
          code: 'payment_intent_authentication_failure',
          payment_intent: { status: 'requires_payment_method' },
        },
      });
    });

    test('a card that is refused, and then one that is not', async () => {
      await start(await intent());
      await fillPayment(DECLINED);
      expect(await press()).toMatchObject({
        error: {
          type: 'card_error',
          code: 'card_declined',
          decline_code: 'generic_decline',
          payment_intent: { object: 'payment_intent' },
        },
      });
      await fillPayment(VISA);
      expect(await press()).toMatchObject({ paymentIntent: { status: 'succeeded' } });
    });

    test('a page of a bank, and back', async () => {
      await start(await intent({ currency: 'eur', allowed_payment_method_types: ['ideal'] }));
      await paymentFrame().getByLabel('Full name').fill('Ada');
      await paymentFrame().getByLabel('Email').fill('ada@example.com');
      await pressOnly();
      await page.locator('#authorize-test-payment').click();
      await page.waitForURL(
        /\/done\?payment_intent=pi_\w+&payment_intent_client_secret=\w+&redirect_status=succeeded$/,
      );
    });

    test('shipping, which the Address Element asks for', async () => {
      const secret = await intent();
      await start(secret, `elements.create('address', { mode: 'shipping' }).mount('#second');`);
      await fillPayment(VISA);
      await fillAddress();
      expect(await press()).toMatchObject({ paymentIntent: { status: 'succeeded', shipping: { name: 'Ada' } } });
      const { shipping } = await stripe.paymentIntents.retrieve(secret.split('_secret_')[0]!);
      expect(shipping).toMatchObject({ name: 'Ada', address: { line1: '1 Main St', city: 'Reno', country: 'US' } });
    });

    test('a card that is kept, by Elements in mode setup', async () => {
      const { id: customer } = await stripe.customers.create({});
      const { client_secret: secret } = await stripe.setupIntents.create({ customer });
      await open(
        `const elements = stripe.elements({ mode: 'setup', currency: 'usd' }); ${PAYMENT}`,
        `await elements.submit(); return stripe.confirmSetup({ elements, clientSecret: '${secret}', redirect: 'if_required' });`,
      );
      await fillPayment(DECLINED);
      expect(await press()).toMatchObject({
        error: { code: 'card_declined', setup_intent: { object: 'setup_intent' } },
      });
      await fillPayment(VISA);
      expect(await press()).toMatchObject({ setupIntent: { status: 'succeeded' } });
      expect((await stripe.customers.listPaymentMethods(customer)).data).toHaveLength(1);
    });
  });

  describe('elements', () => {
    test('tell what happens to them', async () => {
      await open(
        `const seen = []; const elements = stripe.elements(); const card = elements.create('card', { hidePostalCode: true });
         for (const name of ['loaderstart', 'ready', 'focus', 'blur']) card.on(name, (event) => seen.push([name, event.elementType]));
         card.on('change', ({ complete, brand, error }) => seen.push(['change', complete, brand, error && error.code]));
         card.mount('#element');`,
        `card.focus(); await new Promise((go) => card.once('focus', go)); card.blur(); await new Promise((go) => card.once('blur', go));
         const found = elements.getElement('card') === card; card.destroy(); return { seen, after: { found, none: elements.getElement('card') } };`,
      );
      const frame = page.frameLocator('iframe[title="Secure card payment input frame"]');
      await frame.locator('[name=cardnumber]').fill('4242424242424241');
      await frame.locator('[name=cardnumber]').blur();
      await page.locator('.StripeElement--invalid').waitFor();
      await frame.locator('[name=cardnumber]').fill(VISA);
      await frame.locator('[name=exp-date]').fill('12 / 34');
      await frame.locator('[name=cvc]').fill('123');
      await page.locator('.StripeElement--complete').waitFor();
      const { seen, after } = await press();
      expect(after).toEqual({ found: true, none: null });
      expect(seen).toEqual(
        expect.arrayContaining([
          ['loaderstart', 'card'],
          ['ready', 'card'],
          ['focus', 'card'],
          ['blur', 'card'],
          ['change', false, 'visa', 'invalid_number'],
          ['change', true, 'visa', null],
        ]),
      );
    });

    test('look as the application wants them', async () => {
      await open(
        `const elements = stripe.elements({ mode: 'payment', amount: 2000, currency: 'usd', appearance: { theme: 'night', variables: { colorText: '#ff0000', fontSizeBase: '20px' }, rules: { '.Input': { borderColor: '#00ff00' } } } }); ${PAYMENT}`,
        `elements.update({ appearance: { variables: { colorText: '#0000ff' } } }); return {};`,
      );
      const style = (name: string): Promise<string> => styleOf(paymentFrame().getByLabel('Card number'), name);
      expect(await style('color')).toBe('rgb(255, 0, 0)');
      expect(await style('border-top-color')).toBe('rgb(0, 255, 0)');
      expect(await style('font-size')).toBe('20px');
      await press();
      await waitFor('the color', async () => (await style('color')) === 'rgb(0, 0, 255)');
    });

    test('of a card are styled by their state', async () => {
      await open(
        `const card = stripe.elements().create('card', { style: { base: { color: '#112233', '::placeholder': { color: '#445566' } }, invalid: { color: '#ff0000' } } }); card.mount('#element');`,
        `return {};`,
      );
      const number = page.frameLocator('iframe[title="Secure card payment input frame"]').locator('[name=cardnumber]');
      const color = (): Promise<string> => styleOf(number, 'color');
      expect(await color()).toBe('rgb(17, 34, 51)');
      await number.fill('4242424242424241');
      await number.blur();
      expect(await color()).toBe('rgb(255, 0, 0)');
    });

    test('speak the language that they are asked to', async () => {
      await open(
        `const elements = stripe.elements({ mode: 'payment', amount: 2000, currency: 'eur', locale: 'de' }); ${PAYMENT}`,
        `return elements.submit();`,
      );
      await paymentFrame().getByLabel('Kartennummer').fill('4242');
      expect(await press()).toMatchObject({ error: { message: 'Ihre Kartennummer ist unvollständig.' } });
    });

    test('ask for no more than they should, and begin with what is known', async () => {
      await open(
        `const elements = stripe.elements({ mode: 'payment', amount: 2000, currency: 'usd' });
         elements.create('payment', { fields: { billingDetails: { address: { country: 'never', postalCode: 'never' } } } }).mount('#element');
         elements.create('address', { mode: 'billing', defaultValues: { name: 'Ada', address: { line1: '1 Main St', city: 'Reno', state: 'NV', postal_code: '89501', country: 'US' } } }).mount('#second');`,
        `const read = await elements.getElement('address').getValue(); await elements.submit();
         return { read, ...(await stripe.createPaymentMethod({ elements })) };`,
      );
      await paymentFrame().getByLabel('Card number').fill(VISA);
      await paymentFrame().getByLabel('Expiration date').fill('12 / 34');
      await paymentFrame().getByLabel('Security code').fill('123');
      expect(await paymentFrame().getByLabel('ZIP code').count()).toBe(0);
      expect(await press()).toMatchObject({
        read: { complete: true, value: { name: 'Ada' } },
        paymentMethod: { billing_details: { name: 'Ada', address: { line1: '1 Main St', postal_code: '89501' } } },
      });
    });

    test('of Express Checkout say that there is no wallet', async () => {
      await open(
        `const elements = stripe.elements({ mode: 'payment', amount: 2000, currency: 'usd' }); const express = elements.create('expressCheckout');
         const ready = new Promise((go) => express.on('ready', go)); express.mount('#element');`,
        `const event = await ready; return { event: { type: event.elementType, none: event.availablePaymentMethods === undefined }, request: { can: await stripe.paymentRequest({ country: 'US', currency: 'usd', total: { label: 'Total', amount: 100 } }).canMakePayment() } };`,
      );
      expect(await press()).toEqual({ event: { type: 'expressCheckout', none: true }, request: { can: null } });
    });
  });

  describe('objects', () => {
    test('are made and retrieved with a publishable key', async () => {
      const secret = await intent();
      const { client_secret: setup } = await stripe.setupIntents.create({});
      await open(
        '',
        `const { paymentIntent } = await stripe.retrievePaymentIntent('${secret}');
         const { setupIntent } = await stripe.retrieveSetupIntent('${setup}');
         const { error } = await stripe.retrievePaymentIntent('${secret}x');
         const { source } = await stripe.createSource({ type: 'ideal', amount: 1000, currency: 'eur', redirect: { return_url: location.origin }, owner: { name: 'Ada' } });
         const { source: again } = await stripe.retrieveSource({ id: source.id, client_secret: source.client_secret });
         const { token: bank } = await stripe.createToken('bank_account', { country: 'US', currency: 'usd', routing_number: '110000000', account_number: '000123456789', account_holder_name: 'Ada', account_holder_type: 'individual' });
         const { token: person } = await stripe.createToken('person', { person: { first_name: 'Ada' } });
         const { paymentMethod: sepa } = await stripe.createPaymentMethod({ type: 'sepa_debit', sepa_debit: { iban: 'DE89370400440532013000' }, billing_details: { name: 'Ada', email: 'ada@example.com' } });
         return { paymentIntent, setupIntent, error, source, again, bank, person, sepa };`,
      );
      const made = await press();
      expect(made).toMatchObject({
        paymentIntent: { object: 'payment_intent', amount: 2000 },
        setupIntent: { object: 'setup_intent' },
        error: { code: 'payment_intent_invalid_parameter', type: 'invalid_request_error' },
        source: { object: 'source', type: 'ideal' },
        bank: { object: 'token', type: 'bank_account' },
        person: { object: 'token', type: 'person' },
        sepa: { object: 'payment_method', type: 'sepa_debit' },
      });
      expect(made['again']!['id']).toBe(made['source']!['id']);
    });

    test('are the security code again, and a source of a card', async () => {
      await open(
        `const elements = stripe.elements(); const cvc = elements.create('cardCvc'); cvc.mount('#element');
         const others = stripe.elements(); const card = others.create('card', { hidePostalCode: true }); card.mount('#second');`,
        `const { token } = await stripe.createToken('cvc_update', cvc); const { source } = await stripe.createSource(card, { owner: { name: 'Ada' } }); return { token, source };`,
      );
      await page.frameLocator('iframe[title="Secure CVC input frame"]').locator('[name=cvc]').fill('123');
      const frame = page.frameLocator('iframe[title="Secure card payment input frame"]');
      await frame.locator('[name=cardnumber]').fill(VISA);
      await frame.locator('[name=exp-date]').fill('12 / 34');
      await frame.locator('[name=cvc]').fill('123');
      expect(await press()).toMatchObject({
        token: { type: 'cvc_update' },
        source: { type: 'card', card: { last4: '4242' }, owner: { name: 'Ada' } },
      });
    });

    test('are verified by small deposits', async () => {
      const made = await stripe.setupIntents.create({
        allowed_payment_method_types: ['us_bank_account'],
        confirm: true,
        payment_method_data: {
          type: 'us_bank_account',
          us_bank_account: {
            routing_number: '110000000',
            account_number: '000123456789',
            account_holder_type: 'individual',
          },
          billing_details: { name: 'Ada' },
        },
        payment_method_options: { us_bank_account: { verification_method: 'microdeposits' } },
        mandate_data: { customer_acceptance: { type: 'offline' } },
      });
      await open('', `return stripe.verifyMicrodepositsForSetup('${made.client_secret}', { amounts: [32, 45] });`);
      expect(await press()).toMatchObject({ setupIntent: { status: 'succeeded' } });
    });
  });

  describe('Checkout with elements of one’s own', () => {
    const session = (more: Partial<Stripe.Checkout.SessionCreateParams> = {}): Promise<Stripe.Checkout.Session> =>
      stripe.checkout.sessions.create({
        mode: 'payment',
        ui_mode: 'elements',
        return_url: `${shop.url}/done?session={CHECKOUT_SESSION_ID}`,
        line_items: [
          {
            quantity: 1,
            adjustable_quantity: { enabled: true },
            price_data: { currency: 'usd', unit_amount: 2000, product_data: { name: 'T-shirt' } },
          },
        ],
        ...more,
      });

    test('shows and changes the session, and pays it', async () => {
      const { id: coupon } = await stripe.coupons.create({ percent_off: 50, duration: 'once' });
      await stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon }, code: 'HALFOFF' });
      const made = await session({ allow_promotion_codes: true });
      await open(
        `const checkout = stripe.initCheckout({ clientSecret: '${made.client_secret}' }); let changes = 0; checkout.on('change', () => (changes += 1));
         checkout.createPaymentElement().mount('#element');`,
        `const { actions } = await checkout.loadActions(); const before = actions.getSession();
         const wrong = await actions.applyPromotionCode('NOPE'); await actions.applyPromotionCode('HALFOFF');
         await actions.updateLineItemQuantity({ lineItem: before.lineItems[0].id, quantity: 3 }); await actions.updateEmail('ada@example.com');
         const confirming = actions.getSession().total.total.minorUnitsAmount === 3000 && document.title === 'confirm' ? actions.confirm() : undefined;
         if (confirming) await confirming;
         return { before, wrong, after: actions.getSession(), changes: { changes } };`,
        'clover/stripe.js',
      );
      await fillPayment(VISA);
      expect(await press()).toMatchObject({
        before: {
          total: { total: { amount: '$20.00', minorUnitsAmount: 2000 } },
          status: { type: 'open' },
          canConfirm: false,
        },
        wrong: { type: 'error' },
        after: { email: 'ada@example.com', canConfirm: true, total: { discount: { minorUnitsAmount: 3000 } } },
        changes: { changes: 3 },
      });
      await page.evaluate("document.title = 'confirm'");
      await pressOnly();
      await page.waitForURL(`${shop.url}/done?session=${made.id}`);
      expect(await stripe.checkout.sessions.retrieve(made.id)).toMatchObject({
        status: 'complete',
        payment_status: 'paid',
        amount_total: 3000,
        customer_details: { email: 'ada@example.com' },
      });
    });

    test('shows 3-D Secure over the page, and what the bank refuses', async () => {
      const made = await session();
      await open(
        `const loading = stripe.initCheckout({ fetchClientSecret: async () => '${made.client_secret}' }); loading.then((checkout) => checkout.createPaymentElement().mount('#element'));`,
        `const checkout = await loading; return checkout.confirm({ email: 'ada@example.com', redirect: 'if_required' });`,
        'basil/stripe.js',
      );
      await fillPayment(DECLINED);
      expect(await press()).toMatchObject({ type: 'error', error: { message: 'Your card was declined.' } });
      await fillPayment(ASKS_ALWAYS);
      await pressOnly();
      await bankFrame().locator('#test-source-authorize-3ds').click();
      await page.waitForFunction("document.getElementById('result').textContent.includes('success')");
      expect(await result()).toMatchObject({ session: { status: { type: 'complete', paymentStatus: 'paid' } } });
    });
  });

  describe('Checkout within the page', () => {
    test('is there once, and tells when it is complete', async () => {
      const { client_secret: secret } = await stripe.checkout.sessions.create({
        mode: 'payment',
        ui_mode: 'embedded_page',
        redirect_on_completion: 'never',
        line_items: [
          { quantity: 1, price_data: { currency: 'usd', unit_amount: 2000, product_data: { name: 'T-shirt' } } },
        ],
      });
      await open(
        `const options = { clientSecret: '${secret}', onComplete: () => { document.title = 'complete'; } };
         const first = stripe.initEmbeddedCheckout(options).then((checkout) => { checkout.mount('#element'); return checkout; });`,
        `await first; const second = await stripe.initEmbeddedCheckout(options).catch(({ name }) => ({ name })); return { second };`,
      );
      const frame = page.frameLocator('iframe[name=embedded-checkout]');
      await frame.getByLabel('Email').fill('ada@example.com');
      expect(await press()).toEqual({ second: { name: 'IntegrationError' } });
      await frame.getByLabel('Card number').fill(VISA);
      await frame.getByLabel('Expiration').fill('12 / 34');
      await frame.getByLabel('CVC').fill('123');
      await frame.getByLabel('ZIP').fill('94107');
      await frame.getByTestId('hosted-payment-submit-button').click();
      await page.waitForFunction("document.title === 'complete'");
      expect(page.url()).toBe(`${shop.url}/pay`);
    });
  });

  test('refuses a secret key, and a page that is not its own sees no more than it should', async () => {
    await open(
      '',
      `try { Stripe('sk_test_1'); return {}; } catch (error) { return { error: { message: error.message } }; }`,
    );
    expect((await press())['error']!['message']).toContain('secret key');
    const publishable = running.client({ key: 'pk_test_backlot' });
    expect(await failure(publishable.customers.list())).toMatchObject({ statusCode: 403 });
  });
});
