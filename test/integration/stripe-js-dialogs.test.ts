/** Stripe.js: what it shows over the page of an application. */
import type { Page } from 'playwright-core';
import type Stripe from 'stripe';
import { describeWithBrowser } from '../support/browser';
import { pageWithStripeJs, type PageWithStripeJs } from '../support/page-with-stripe-js';
import { customerWithCard } from '../support/stripe';
import { inBrowser } from '../support/stripe-in-browser';

describeWithBrowser('over the page', () => {
  let stripe: Stripe;
  let page: Page;
  let site: PageWithStripeJs;

  inBrowser((test) => {
    ({ stripe, page } = test);
    site = pageWithStripeJs(test);
  });

  const intent = async (more: Partial<Stripe.PaymentIntentCreateParams> = {}): Promise<string> =>
    (await stripe.paymentIntents.create({ amount: 2000, currency: 'usd', ...more })).client_secret!;

  test('Link keeps a card with its first payment, and asks for a code before the next', async () => {
    const shop = `const elements = stripe.elements({ mode: 'payment', amount: 2000, currency: 'usd' });
      elements.create('linkAuthentication').mount('#first'); elements.create('payment').mount('#second');`;
    const pay = async (): Promise<unknown> => {
      const secret = await intent();
      return site.run(`const { selectedPaymentMethod } = await elements.submit();
        const result = await stripe.confirmPayment({ elements, clientSecret: '${secret}', redirect: 'if_required', confirmParams: { return_url: location.href } });
        return { ...result, selectedPaymentMethod };`);
    };
    const email = site.frame('Secure email input frame').getByLabel('Email');
    await site.open(shop);
    await site.fillPayment();
    await email.fill('ada@example.com');
    await site.payment().getByLabel('Save my information for faster checkout').check();
    await site.payment().locator('[name=linkEmail]').fill('ada@example.com');
    await site.payment().locator('[name=linkMobilePhone]').fill('+14155550123');
    expect(await pay()).toMatchObject({ paymentIntent: { status: 'succeeded' }, selectedPaymentMethod: 'card' });

    await site.open(shop);
    await email.fill('ada@example.com');
    await email.blur();
    const code = site.frame('Link verification frame').getByLabel('Verification code');
    await code.fill('000001');
    await site.frame('Link verification frame').getByText('The provided verification code is incorrect.').waitFor();
    await code.fill('000000');
    await site.payment().getByText('Link: Visa •••• 4242').waitFor();
    expect(await pay()).toMatchObject({ paymentIntent: { status: 'succeeded' }, selectedPaymentMethod: 'link' });
    const [last] = (await stripe.paymentIntents.list({ expand: ['data.payment_method'] })).data;
    expect(last!.payment_method).toMatchObject({ type: 'link', billing_details: { email: 'ada@example.com' } });
  });

  describe('a bank account is linked', () => {
    const link = (): Promise<void> =>
      site.frame('Link your account').getByRole('button', { name: 'Link account' }).click();

    test('for an intent, which waits to be confirmed then', async () => {
      const secret = await intent({ allowed_payment_method_types: ['us_bank_account'] });
      await site.open();
      const collected =
        site.run(`return stripe.collectBankAccountForPayment({ clientSecret: '${secret}', expand: ['payment_method'],
        params: { payment_method_type: 'us_bank_account', payment_method_data: { billing_details: { name: 'Ada', email: 'ada@example.com' } } } });`);
      await link();
      expect(await collected).toMatchObject({
        paymentIntent: { status: 'requires_confirmation', payment_method: { type: 'us_bank_account' } },
      });
      expect(await site.run(`return stripe.confirmUsBankAccountPayment('${secret}');`)).toMatchObject({
        paymentIntent: { status: 'processing' },
      });
    });

    test('not at all where the dialog is closed', async () => {
      const secret = await intent({ allowed_payment_method_types: ['us_bank_account'] });
      await site.open();
      const collected = site.run(`return stripe.collectBankAccountForPayment({ clientSecret: '${secret}',
        params: { payment_method_type: 'us_bank_account', payment_method_data: { billing_details: { name: 'Ada' } } } });`);
      await page.getByRole('button', { name: 'Close' }).click();
      expect(await collected).toMatchObject({ paymentIntent: { status: 'requires_payment_method' } });
    });

    test('for what an application wants to know of it', async () => {
      const customer = await customerWithCard(stripe);
      const { client_secret } = await stripe.financialConnections.sessions.create({
        account_holder: { type: 'customer', customer },
        permissions: ['balances', 'payment_method'],
      });
      await site.open();
      const collected = site.run(`return stripe.collectBankAccountToken({ clientSecret: '${client_secret!}' });`);
      await link();
      expect(await collected).toMatchObject({
        token: { object: 'token', type: 'bank_account' },
        financialConnectionsSession: { accounts: [{ object: 'financial_connections.account' }] },
      });
    });
  });

  test('an identity is verified', async () => {
    const { id, client_secret } = await stripe.identity.verificationSessions.create({ type: 'document' });
    await site.open();
    const verified = site.run(`return stripe.verifyIdentity('${client_secret!}');`);
    await site.frame('Verify your identity').getByRole('button', { name: 'Submit' }).click();
    expect(await verified).toEqual({ verificationSession: { id } });
    expect((await stripe.identity.verificationSessions.retrieve(id)).status).not.toBe('requires_input');
  });

  test('a security code is asked for again', async () => {
    const customer = await customerWithCard(stripe);
    const [saved] = (await stripe.customers.listPaymentMethods(customer)).data;
    const secret = await intent({
      customer,
      payment_method: saved!.id,
      allowed_payment_method_types: ['card'],
    });
    await site.open(`const cvc = stripe.elements().create('cardCvc'); cvc.mount('#first');`);
    await site.frame('Secure CVC input frame').locator('[name=cvc]').fill('123');
    expect(
      await site.run(`return stripe.confirmCardPayment('${secret}', { payment_method_options: { card: { cvc } } });`),
    ).toMatchObject({ paymentIntent: { status: 'succeeded' } });
  });

  describe('mistakes of an application are thrown', () => {
    test.each([
      ['Stripe()', 'apiKey should be a string'],
      ['await stripe.createToken()', 'You must provide a Stripe Element'],
      ['await stripe.createPaymentMethod({})', 'type should be string'],
      [`stripe.paymentRequest({ currency: 'usd' })`, 'country should be string'],
      [`await stripe.confirmPayment({ clientSecret: 'seti_1_secret_2', redirect: 'if_required' })`, 'confirmSetup'],
    ])('%s', async (work, message) => {
      await site.open();
      expect(await site.run(work)).toEqual({
        thrown: { name: 'IntegrationError', message: expect.stringContaining(message) as string },
      });
    });

    test('or answered, where the server has done something else', async () => {
      const secret = await intent({
        payment_method: 'pm_card_visa',
        confirm: true,
        allowed_payment_method_types: ['card'],
      });
      await site.open();
      expect(await site.run(`return stripe.handleCardAction('${secret}');`)).toMatchObject({
        error: { type: 'invalid_request_error', code: 'payment_intent_unexpected_state' },
      });
    });
  });
});
