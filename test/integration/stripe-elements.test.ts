/** Stripe.js: what elements and their groups tell the application, refuse, and know of a customer. */
import type { FrameLocator, Page } from 'playwright-core';
import type Stripe from 'stripe';
import { describeWithBrowser } from '../support/browser';
import { shopPage, type Shop } from '../support/shop';
import { customerWithCard, type RunningStripe } from '../support/stripe';
import { inBrowser } from '../support/stripe-in-browser';

const VISA = '4242424242424242';

type Answer = Record<string, Record<string, unknown>>;

describeWithBrowser('elements', () => {
  let running: RunningStripe;
  let stripe: Stripe;
  let page: Page;
  let shop: Shop;

  inBrowser((test) => ({ running, stripe, page, shop } = test));

  /** Opens a page that does `before` at once, and `work` when its button is pressed; what it throws is its result, too. */
  const open = async (before: string, work = '', release = 'v3/'): Promise<void> => {
    const guarded = `try { ${work} } catch ({ name, message }) { return { thrown: { name, message } }; }`;
    shop.show(shopPage(`http://stripe.localhost:${running.platform.port}/${release}`, before, guarded));
    await page.goto(`${shop.url}/pay`);
  };
  const press = async (): Promise<Answer> => {
    await page.getByRole('button', { name: 'Pay' }).press('Enter');
    await page.locator('#result:not(:empty)').waitFor();
    return JSON.parse((await page.locator('#result').textContent())!) as Answer;
  };
  const refusal = async (work: string): Promise<unknown> => {
    await open('', work);
    return (await press())['thrown'];
  };
  const seen = (condition: string): Promise<unknown> =>
    page.waitForFunction(
      `window.seen.some((each) => ${condition}) && window.seen.filter((each) => ${condition}).pop()`,
    );
  const frame = (title: string): FrameLocator => page.frameLocator(`iframe[title="${title}"]`);
  const payment = (): FrameLocator => frame('Secure payment input frame');
  const fillPayment = async (): Promise<void> => {
    await payment().locator('[name=number]').fill(VISA);
    await payment().locator('[name=expiry]').fill('1234');
    await payment().locator('[name=cvc]').fill('123');
    if (await payment().locator('[name=postalCode]').isVisible())
      await payment().locator('[name=postalCode]').fill('94107');
  };
  const intent = async (more: Partial<Stripe.PaymentIntentCreateParams> = {}): Promise<string> =>
    (await stripe.paymentIntents.create({ amount: 2000, currency: 'usd', ...more })).client_secret!;
  const CARD = `window.seen = []; const card = stripe.elements().create('card');
    for (const name of ['ready', 'change', 'escape']) card.on(name, (event) => seen.push({ name, ...event })); card.mount('#element');`;
  const DEFERRED = `const elements = stripe.elements({ mode: 'payment', amount: 2000, currency: 'usd' }); const payment = elements.create('payment'); payment.mount('#element');`;
  const IF_REQUIRED = `return await stripe.confirmPayment({ elements, redirect: 'if_required' });`;

  describe('refuse', () => {
    const mistake = (message: string): object => ({
      name: 'IntegrationError',
      message: expect.stringContaining(message) as string,
    });
    test.each([
      ['a missing key', `Stripe('')`, 'publishable key'],
      ['a secret key', `Stripe('sk_test_1')`, 'secret key'],
      ['a place that is not there', `stripe.elements().create('card').mount('#nowhere')`, 'applies to no DOM elements'],
      ['what is no element', `stripe.elements().create('nonsense')`, 'A valid Element name must be provided'],
      ['a payment of nothing', `stripe.elements().create('payment')`, 'clientSecret or mode'],
      ['what is no secret', `stripe.elements({ clientSecret: 'nonsense' })`, '_secret_'],
      ['an intent without secret', `await stripe.retrievePaymentIntent('pi_1')`, '_secret_'],
      ['a page that is nowhere', `await stripe.confirmPayment({ clientSecret: 'pi_1_secret_2' })`, 'return_url'],
    ])('%s', async (_name, work, message) => {
      expect(await refusal(work)).toEqual(mistake(message));
    });

    test('an element that was destroyed, whose type may be made again', async () => {
      const work = `const group = stripe.elements(); const old = group.create('card'); old.mount('#element'); old.destroy();
        group.create('card').mount('#second'); old.mount('#element');`;
      expect(await refusal(work)).toEqual(mistake('already been destroyed'));
    });

    test('to leave out of the bill what the application does not say either', async () => {
      const options = `{ fields: { billingDetails: { address: { country: 'never', postalCode: 'never' } } } }`;
      const before = `const elements = stripe.elements({ clientSecret: '${await intent()}' }); elements.create('payment', ${options}).mount('#element');`;
      await open(before, IF_REQUIRED);
      await fillPayment();
      expect((await press())['thrown']).toEqual(
        mistake('payment_method_data.billing_details.address.country when calling stripe.confirmPayment()'),
      );
    });

    test('an intent of another amount than they were made with', async () => {
      await open(
        DEFERRED,
        `await elements.submit(); return await stripe.confirmPayment({ elements, clientSecret: '${await intent({ amount: 3000 })}', redirect: 'if_required' });`,
      );
      await fillPayment();
      expect(await press()).toMatchObject({ error: { type: 'invalid_request_error', param: 'amount' } });
    });
  });

  describe('tell', () => {
    test('what is wrong while it is typed', async () => {
      await open(CARD);
      const field = (name: string) => frame('Secure card payment input frame').locator(`[name=${name}]`);
      await field('cardnumber').pressSequentially('4242424242424241');
      await seen(`each.error && each.error.code === 'invalid_number'`);
      await field('cardnumber').fill(VISA);
      await field('exp-date').pressSequentially('1220');
      await seen(`each.error && each.error.code === 'invalid_expiry_year_past'`);
      await field('cardnumber').press('Escape');
      await seen(`each.name === 'escape' && each.elementType === 'card'`);
    });

    test('that the code of an American Express card has four digits', async () => {
      await open(CARD);
      const field = (name: string) => frame('Secure card payment input frame').locator(`[name=${name}]`);
      await field('cardnumber').fill('378282246310005');
      await field('exp-date').fill('1234');
      await field('postal').fill('94107');
      await field('cvc').fill('123');
      await seen(`each.brand === 'amex' && !each.complete`);
      await field('cvc').fill('1234');
      await seen(`each.complete`);
    });

    test('that an intent cannot be loaded', async () => {
      await open(`window.seen = []; const elements = stripe.elements({ clientSecret: 'pi_none_secret_none' });
        const payment = elements.create('payment'); for (const name of ['ready', 'loaderror']) payment.on(name, (event) => seen.push({ name, ...event })); payment.mount('#element');`);
      await seen(`each.name === 'loaderror' && each.error.type === 'invalid_request_error'`);
      expect(await page.evaluate(`seen.some(({ name }) => name === 'ready')`)).toBe(false);
    });

    test('that a group is updated', async () => {
      await open(
        `window.seen = []; ${DEFERRED} elements.on('update-end', () => seen.push('end'));`,
        `elements.update({ amount: 3000 }); return await elements.fetchUpdates();`,
      );
      expect(await press()).toEqual({});
      await seen(`each === 'end'`);
    });

    test('nothing where there is nothing to fill in', async () => {
      await open(`window.seen = []; const message = stripe.elements().create('affirmMessage', { amount: 9900, currency: 'USD', countryCode: 'US' });
        message.on('ready', (event) => seen.push(event)); message.mount('#element');`);
      await seen(`each.elementType === 'affirmMessage'`);
      expect(await page.locator('#element iframe').count()).toBe(0);
    });
  });

  describe('become', () => {
    test('a payment method, by one element of the group', async () => {
      await open(
        DEFERRED,
        `await elements.submit(); return await stripe.createPaymentMethod({ element: payment, params: { billing_details: { name: 'Ada' } } });`,
      );
      await fillPayment();
      expect(await press()).toMatchObject({
        paymentMethod: { type: 'card', billing_details: { name: 'Ada', address: { postal_code: '94107' } } },
      });
    });

    test('a token of an IBAN', async () => {
      await open(
        `window.seen = []; const iban = stripe.elements().create('iban', { supportedCountries: ['SEPA'] }); iban.on('change', (event) => seen.push(event)); iban.mount('#element');`,
        `return await stripe.createToken(iban, { currency: 'eur', account_holder_name: 'Ada', account_holder_type: 'individual' });`,
      );
      await frame('Secure IBAN input frame').locator('[name=iban]').fill('DE89370400440532013000');
      await seen(`each.complete && each.country === 'DE'`);
      expect(await press()).toMatchObject({ token: { type: 'bank_account', bank_account: { country: 'DE' } } });
    });

    test('a debit in Australia', async () => {
      const secret = await intent({ currency: 'aud', allowed_payment_method_types: ['au_becs_debit'] });
      await open(
        `const account = stripe.elements().create('auBankAccount'); account.mount('#element');`,
        `return await stripe.confirmAuBecsDebitPayment('${secret}', { payment_method: { au_becs_debit: account, billing_details: { name: 'Ada', email: 'ada@example.com' } } });`,
      );
      await frame('Secure bank account input frame').getByLabel('BSB').fill('000000');
      await frame('Secure bank account input frame').getByLabel('Account number').fill('000123456');
      expect(await press()).toMatchObject({ paymentIntent: { status: 'processing' } });
    });

    test('what the application has said of the bill before, and how it is used later', async () => {
      await open(
        `const elements = stripe.elements({ mode: 'payment', amount: 2000, currency: 'usd', setupFutureUsage: 'off_session' });
         elements.create('payment', { defaultValues: { billingDetails: { name: 'Ada', phone: '+15555550100' } } }).mount('#element');`,
        `await elements.submit(); return await stripe.createConfirmationToken({ elements, params: { return_url: location.href } });`,
      );
      await fillPayment();
      expect(await press()).toMatchObject({
        confirmationToken: {
          setup_future_usage: 'off_session',
          payment_method_preview: {
            billing_details: { name: 'Ada', phone: '+15555550100', address: { country: 'US', postal_code: '94107' } },
          },
        },
      });
    });
  });

  describe('of a customer session', () => {
    const openFor = async (customer: string, work = IF_REQUIRED): Promise<void> => {
      const { client_secret } = await stripe.customerSessions.create({
        customer,
        components: {
          payment_element: {
            enabled: true,
            features: {
              payment_method_redisplay: 'enabled',
              payment_method_save: 'enabled',
              payment_method_save_usage: 'off_session',
            },
          },
        },
      });
      await open(
        `window.seen = []; const elements = stripe.elements({ clientSecret: '${await intent({ customer })}', customerSessionClientSecret: '${client_secret}' });
         const payment = elements.create('payment'); payment.on('change', (event) => seen.push(event)); payment.mount('#element');`,
        work,
      );
    };

    test('pay with what is saved', async () => {
      const customer = await customerWithCard(stripe);
      const { data } = await stripe.customers.listPaymentMethods(customer);
      await openFor(customer);
      await payment().locator('#Field-numberInput').waitFor();
      expect(await payment().getByText('4242').count()).toBe(0);
      await stripe.paymentMethods.update(data[0]!.id, { allow_redisplay: 'always' });
      await openFor(customer);
      await payment().getByRole('button', { name: 'Visa •••• 4242' }).waitFor();
      await seen(`each.value.payment_method && each.value.payment_method.id === '${data[0]!.id}'`);
      expect(await press()).toMatchObject({ paymentIntent: { status: 'succeeded', payment_method: data[0]!.id } });
    });

    test('save a new one if the buyer wants that', async () => {
      const customer = await customerWithCard(stripe);
      await openFor(customer);
      await fillPayment();
      await payment().getByLabel('Save payment details for future purchases').check();
      const { paymentIntent } = await press();
      expect(paymentIntent).toMatchObject({ status: 'succeeded', setup_future_usage: 'off_session' });
      expect(await stripe.paymentMethods.retrieve(paymentIntent!['payment_method'] as string)).toMatchObject({
        customer,
        allow_redisplay: 'always',
      });
    });

    test('are shown to nobody without its secret', async () => {
      await open(
        `const elements = stripe.elements({ clientSecret: '${await intent()}', customerSessionClientSecret: 'cuss_secret_none' }); elements.create('payment').mount('#element');`,
        IF_REQUIRED,
      );
      await fillPayment();
      expect(await press()).toMatchObject({ paymentIntent: { status: 'succeeded' } });
    });
  });

  describe('of Checkout', () => {
    const session = (more: Partial<Stripe.Checkout.SessionCreateParams> = {}): Promise<Stripe.Checkout.Session> =>
      stripe.checkout.sessions.create({
        mode: 'payment',
        ui_mode: 'elements',
        line_items: [
          {
            quantity: 1,
            price_data: { currency: 'usd', unit_amount: 2000, product_data: { name: 'T-shirt', description: 'Red' } },
          },
        ],
        return_url: `${shop.url}/done`,
        ...more,
      });

    test('are made at once, and are objects that React’s components take apart', async () => {
      const { client_secret } = await session({ allow_promotion_codes: true });
      await open(
        `const sdk = stripe.initCheckoutElementsSdk({ clientSecret: '${client_secret}', defaultValues: { email: 'ada@example.com' } });`,
        `const { actions } = await sdk.loadActions(); const { getSession, ...rest } = actions; const checkout = { ...getSession(), ...sdk, ...rest };
         return { keys: { all: Object.keys(checkout) }, session: getSession(), code: await checkout.applyPromotionCode('NONE'), email: await checkout.updateEmail('nonsense') };`,
        'endive/stripe.js',
      );
      const { keys, ...others } = await press();
      expect(keys!['all']).toEqual(
        expect.arrayContaining(['confirm', 'updateEmail', 'createPaymentElement', 'lineItems', 'savedPaymentMethods']),
      );
      expect(others).toMatchObject({
        session: {
          email: 'ada@example.com',
          tax: { status: 'ready' },
          lineItems: [
            { name: 'T-shirt', description: 'Red', unitAmount: { amount: '$20.00', minorUnitsAmount: 2000 } },
          ],
          total: { appliedBalance: { minorUnitsAmount: 0 } },
        },
        code: { type: 'error', error: { code: 'invalidCode', message: 'This code is invalid.' } },
        email: { type: 'error', error: { code: 'invalidEmail' } },
      });
    });

    test('say where something is missing', async () => {
      const { client_secret } = await session();
      await open(
        `const sdk = stripe.initCheckoutElementsSdk({ clientSecret: '${client_secret}' }); sdk.createPaymentElement().mount('#element'); sdk.createShippingAddressElement().mount('#second');`,
        `const { actions } = await sdk.loadActions(); return await actions.validateElements();`,
        'endive/stripe.js',
      );
      await payment().locator('[name=number]').waitFor();
      expect(await press()).toMatchObject({
        type: 'error',
        error: {
          code: 'validation_error',
          validation_errors: [{ element: 'payment' }, { element: 'shippingAddress' }],
        },
      });
    });

    test('take what a business says', async () => {
      const { id, client_secret } = await session({
        tax_id_collection: { enabled: true },
      });
      await open(
        `const sdk = stripe.initCheckoutElementsSdk({ clientSecret: '${client_secret}' }); sdk.createPaymentElement().mount('#element');`,
        `const { actions } = await sdk.loadActions(); await actions.updateEmail('ada@example.com'); await actions.updateTaxIdInfo({ businessName: 'Ada Ltd', taxId: { type: 'eu_vat', value: 'DE123456789' } });
         return { done: await actions.confirm({ redirect: 'if_required' }) };`,
        'endive/stripe.js',
      );
      await fillPayment();
      expect(await press()).toMatchObject({
        done: { type: 'success', session: { status: { type: 'complete', paymentStatus: 'paid' } } },
      });
      expect(await stripe.checkout.sessions.retrieve(id)).toMatchObject({
        customer_details: { business_name: 'Ada Ltd', tax_ids: [{ value: 'DE123456789' }] },
      });
    });
  });
});
