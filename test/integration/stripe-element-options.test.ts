/** Stripe.js: the options of each element, and what they change of what a buyer sees and an application is told. */
import type { Page } from 'playwright-core';
import type Stripe from 'stripe';
import { describeWithBrowser } from '../support/browser';
import { pageWithStripeJs, type PageWithStripeJs } from '../support/page-with-stripe-js';
import type { Shop } from '../support/shop';
import { inBrowser } from '../support/stripe-in-browser';

describeWithBrowser('options of elements', () => {
  let stripe: Stripe;
  let page: Page;
  let shop: Shop;
  let site: PageWithStripeJs;

  inBrowser((test) => {
    ({ stripe, page, shop } = test);
    site = pageWithStripeJs(test);
  });

  const intent = async (more: Partial<Stripe.PaymentIntentCreateParams> = {}): Promise<string> =>
    (
      await stripe.paymentIntents.create({
        amount: 2000,
        currency: 'usd',
        allowed_payment_method_types: ['card'],
        ...more,
      })
    ).client_secret!;
  const card = (options: object = {}): string =>
    `const card = note(stripe.elements().create('card', ${JSON.stringify(options)}), 'ready', 'change'); card.mount('#first');`;
  const payment = (options: object = {}, group: object = { mode: 'payment', amount: 2000, currency: 'usd' }): string =>
    `const elements = stripe.elements(${JSON.stringify(group)});
     const payment = note(elements.create('payment', ${JSON.stringify(options)}), 'ready', 'change', 'savedpaymentmethodremove');
     payment.mount('#first');`;
  const address = (options: object): string =>
    `const elements = stripe.elements();
     const address = note(elements.create('address', ${JSON.stringify(options)}), 'ready', 'change'); address.mount('#first');`;
  const cardFrame = () => site.frame('Secure card payment input frame');
  const addressFrame = () => site.frame('Secure address input frame');

  describe('of a card', () => {
    test('give the container the classes of the application', async () => {
      await site.open(
        card({
          classes: { base: 'mine', empty: 'mine-empty', focus: 'mine-focus', invalid: 'mine-bad', complete: 'mine-ok' },
        }),
      );
      await page.locator('#first.mine.mine-empty').waitFor();
      await cardFrame().locator('[name=cardnumber]').fill('4242424242424241');
      await page.locator('#first.mine-focus.mine-bad').waitFor();
      expect(await page.locator('.StripeElement').count()).toBe(0);
    });

    test('change while it is there: postal code, its value, and whether anything may be filled in', async () => {
      await site.open(card({ value: { postalCode: '94107' }, disabled: true }));
      await cardFrame().locator('[name=cardnumber]:disabled').waitFor();
      await site.run(`card.update({ disabled: false, value: { postalCode: '10001' } });`);
      await cardFrame().locator('[name=cardnumber]').fill('4242');
      expect(await cardFrame().locator('[name=postal]').inputValue()).toBe('10001');
      await site.run(`card.update({ hidePostalCode: true });`);
      await cardFrame().locator('[name=postal]').waitFor({ state: 'hidden' });
      expect(await cardFrame().locator('[name=cardnumber]').inputValue()).toBe('4242');
    });
  });

  describe('of bank accounts', () => {
    test('say which IBANs are taken, and what is wrong with others', async () => {
      await site.open(
        `note(stripe.elements().create('iban', { supportedCountries: ['SEPA'], placeholderCountry: 'FR' }), 'change').mount('#first');`,
      );
      const field = site.frame('Secure IBAN input frame').locator('[name=iban]');
      expect(await field.getAttribute('placeholder')).toMatch(/^FR00/);
      await field.fill('DE88370400440532013000');
      expect(await site.told('event.error')).toMatchObject({ complete: false, error: { code: 'invalid_iban' } });
      await field.fill('BR1500000000000010932840814P2');
      expect(await site.told(`event.error && event.country === 'BR'`)).toMatchObject({
        error: { code: 'invalid_iban_country_code' },
      });
      await field.fill('DE89370400440532013000');
      expect(await site.told('event.complete')).toMatchObject({ country: 'DE' });
    });

    test.each([
      ['idealBank', 'ideal', 'eur', 'ing', 'confirmIdealPayment'],
      ['epsBank', 'eps', 'eur', 'bank_austria', 'confirmEpsPayment'],
      ['p24Bank', 'p24', 'eur', 'ing', 'confirmP24Payment'],
      ['fpxBank', 'fpx', 'myr', 'cimb', 'confirmFpxPayment'],
    ] as const)('choose one: %s', async (element, type, currency, bank, confirm) => {
      const secret = await intent({ currency, allowed_payment_method_types: [type] });
      await site.open(
        `const bank = note(stripe.elements().create('${element}'), 'change'); bank.mount('#first');`,
        'v3/',
      );
      await site.frame('Secure bank selection frame').locator('select').selectOption(bank);
      expect(await site.told('event.complete')).toMatchObject({ elementType: element, value: bank });
      await page.evaluate(
        `void stripe.${confirm}('${secret}', { payment_method: { ${type}: bank, billing_details: { name: 'Ada', email: 'ada@example.com' } }, return_url: '${shop.url}/back' })`,
      );
      await page.locator('#authorize-test-payment').click();
      await page.waitForURL(/\/back\?payment_intent=.*redirect_status=succeeded/);
    });
  });

  describe('of an address', () => {
    test('tell which one it is, and ask for no name', async () => {
      await site.open(address({ mode: 'billing', fields: { name: 'never' } }));
      await addressFrame().locator('[name=addressLine1]').fill('1 Main St');
      expect(await site.told(`event.name === 'change'`)).toMatchObject({ elementMode: 'billing', isNewAddress: true });
      expect(await addressFrame().locator('[name=name]').count()).toBe(0);
      expect(await site.run(`elements.create('address')`)).toMatchObject({ thrown: { name: 'IntegrationError' } });
    });

    test('offer contacts, and a new one', async () => {
      const place = { line1: '2 Main St', city: 'Reno', state: 'NV', postal_code: '89501', country: 'US' };
      await site.open(address({ mode: 'shipping', contacts: [{ name: 'Jenny', address: place }] }));
      await site.told(`event.name === 'ready'`);
      expect(await site.run('return address.getValue();')).toMatchObject({
        complete: true,
        isNewAddress: false,
        value: { name: 'Jenny', address: { line1: '2 Main St', line2: null } },
      });
      await addressFrame().getByRole('button', { name: 'New address' }).click();
      expect(await site.told(`event.name === 'change' && event.isNewAddress`)).toMatchObject({ complete: false });
    });

    test('refuse a post office box', async () => {
      await site.open(address({ mode: 'shipping', blockPoBox: true }));
      await addressFrame().locator('[name=addressLine1]').fill('P.O. Box 12');
      await addressFrame().getByText('P.O. box').waitFor();
    });
  });

  describe('of the Payment Element', () => {
    test('show nothing of an accordion until something is chosen, and again', async () => {
      await site.open(payment({ layout: { type: 'accordion', defaultCollapsed: true } }));
      await site.payment().getByText('Card', { exact: true }).waitFor();
      expect(await site.payment().locator('[name=number]').isVisible()).toBe(false);
      expect(await site.run('return elements.submit();')).toMatchObject({
        error: { code: 'incomplete_payment_details' },
      });
      await site.payment().getByText('Card', { exact: true }).click();
      await site.fillPayment();
      expect(await site.told(`event.name === 'change' && event.complete`)).toMatchObject({ collapsed: false });
      await site.run('payment.collapse();');
      expect(await site.told(`event.name === 'change' && event.collapsed`)).toMatchObject({ complete: false });
    });

    test('put methods in order, which are those of the account where the intent comes later', async () => {
      await site.open(payment({ paymentMethodOrder: ['klarna', 'card'] }));
      await site.payment().getByRole('tab').first().waitFor();
      const tabs = await site
        .payment()
        .getByRole('tab')
        .evaluateAll((all: unknown[]) => (all as { value: string }[]).map(({ value }) => value));
      expect(tabs).toEqual(['klarna', 'card', 'cashapp', 'amazon_pay']);
    });

    test('say what a card that is kept is for, unless the application does', async () => {
      const terms = 'you allow RocketRides to charge your card for future payments';
      await site.open(payment({ business: { name: 'RocketRides' } }, { mode: 'setup', currency: 'usd' }));
      await site.payment().getByText(terms).waitFor();
      await site.run(`payment.update({ terms: { card: 'never' } });`);
      await site.payment().getByText(terms).waitFor({ state: 'hidden' });
    });

    test('ask for a name, and no longer for a country', async () => {
      await site.open(payment({ fields: { billingDetails: { name: 'always' } } }));
      await site.fillPayment();
      await site.payment().locator('[name=name]').fill('Ada');
      expect(await site.run('await elements.submit(); return stripe.createPaymentMethod({ elements });')).toMatchObject(
        { paymentMethod: { billing_details: { name: 'Ada', address: { postal_code: '94107' } } } },
      );
      await site.run(
        `payment.update({ fields: { billingDetails: { address: { country: 'never', postalCode: 'never' } } } });`,
      );
      await site.payment().locator('[name=postalCode]').waitFor({ state: 'hidden' });
      expect(await site.payment().locator('[name=number]').inputValue()).toBe('4242 4242 4242 4242');
    });

    test('let the buyer remove what is saved, and say whether they want to save', async () => {
      const customer = await stripe.customers.create({});
      const saved = await stripe.paymentMethods.create({
        type: 'card',
        card: { token: 'tok_visa' },
        allow_redisplay: 'always',
      });
      await stripe.paymentMethods.attach(saved.id, { customer: customer.id });
      const { client_secret } = await stripe.customerSessions.create({
        customer: customer.id,
        components: {
          payment_element: {
            enabled: true,
            features: {
              payment_method_redisplay: 'enabled',
              payment_method_save: 'enabled',
              payment_method_remove: 'enabled',
            },
          },
        },
      });
      await site.open(
        payment({}, { mode: 'payment', amount: 2000, currency: 'usd', customerSessionClientSecret: client_secret }),
      );
      await site.payment().getByRole('button', { name: 'Remove Visa •••• 4242' }).click();
      await site.payment().getByRole('button', { name: 'Remove payment method' }).click();
      expect(await site.told(`event.name === 'savedpaymentmethodremove'`)).toMatchObject({
        success: true,
        payment_method: { id: saved.id },
      });
      expect((await stripe.customers.listPaymentMethods(customer.id)).data).toEqual([]);
      await site.payment().locator('[name=saveForFutureUse]').check();
      await site.told(`event.name === 'change' && event.value.savePaymentMethod === true`);
    });

    test.each([
      ['4000000000009995', { code: 'card_declined', decline_code: 'insufficient_funds' }],
      ['4000000000009987', { code: 'card_declined', decline_code: 'lost_card' }],
      ['4000000000000069', { code: 'expired_card', message: 'Your card has expired.' }],
      ['4000000000000127', { code: 'incorrect_cvc', message: "Your card's security code is incorrect." }],
      ['4000000000000119', { code: 'processing_error' }],
      ['4100000000000019', { code: 'card_declined', decline_code: 'fraudulent' }],
    ])('tell what the bank says of %s', async (number, error) => {
      await site.open(payment({}, { clientSecret: await intent() }));
      await site.fillPayment(number);
      const answer = await site.run(`return stripe.confirmPayment({ elements, redirect: 'if_required' });`);
      expect(answer).toMatchObject({
        error: { type: 'card_error', ...error, payment_intent: { status: 'requires_payment_method' } },
      });
    });

    test.each([
      [{ capture_method: 'manual' }, 'capture_method'],
      [{ setup_future_usage: 'off_session' }, 'setup_future_usage'],
    ] as const)('refuse an intent that is otherwise: %j', async (more, param) => {
      await site.open(payment());
      await site.fillPayment();
      const secret = await intent(more);
      expect(
        await site.run(
          `await elements.submit(); return stripe.confirmPayment({ elements, clientSecret: '${secret}', redirect: 'if_required', confirmParams: { return_url: location.href } });`,
        ),
      ).toMatchObject({ error: { type: 'invalid_request_error', param } });
    });
  });

  describe('of a tax ID', () => {
    test('tell the number, its type and the business, and follow the address', async () => {
      await site.open(`const elements = stripe.elements();
        note(elements.create('taxId'), 'change').mount('#first');
        elements.create('address', { mode: 'billing' }).mount('#second');`);
      const tax = site.frame('Secure tax ID input frame');
      await addressFrame().locator('[name=country]').selectOption('US');
      expect(await site.told(`event.visible === false`)).toMatchObject({ elementType: 'taxId' });
      await addressFrame().locator('[name=country]').selectOption('FR');
      await tax.locator('[name=businessName]').fill('Rocket Rides');
      await tax.locator('[name=taxId]').fill('FRAB123456789');
      expect(await site.told('event.value.taxId && event.complete')).toMatchObject({
        visible: true,
        value: {
          businessName: 'Rocket Rides',
          taxId: 'FRAB123456789',
          taxIdType: 'fr_vat',
          externalTaxIdType: 'eu_vat',
        },
      });
    });
  });

  test('of a message about paying later say what each part costs', async () => {
    await site.open(
      `stripe.elements().create('paymentMethodMessaging', { amount: 9900, currency: 'USD', countryCode: 'US', paymentMethodTypes: ['klarna'] }).mount('#first');`,
    );
    await site
      .frame('Payment method messaging frame')
      .getByText('4 interest-free payments of $24.75 with Klarna')
      .waitFor();
  });

  describe('of a card of Issuing', () => {
    test('show its number to whom the server lets see it', async () => {
      const holder = await stripe.issuing.cardholders.create({
        name: 'Ada Lovelace',
        type: 'individual',
        billing: { address: { line1: '1 Main St', city: 'Reno', state: 'NV', postal_code: '89501', country: 'US' } },
      });
      const { id } = await stripe.issuing.cards.create({
        cardholder: holder.id,
        currency: 'usd',
        type: 'virtual',
        status: 'active',
      });
      await site.open(`const elements = stripe.elements();`);
      const { nonce } = (await site.run(`return stripe.createEphemeralKeyNonce({ issuingCard: '${id}' });`)) as {
        nonce: string;
      };
      const key = await stripe.ephemeralKeys.create({ issuing_card: id, nonce }, { apiVersion: '2025-01-27.acacia' });
      const options = (secret: string): string =>
        JSON.stringify({ issuingCard: id, nonce, ephemeralKeySecret: secret });
      await site.run(`elements.create('issuingCardNumberDisplay', ${options(key.secret!)}).mount('#first');
        elements.create('issuingCardCvcDisplay', ${options(key.secret!)}).mount('#second');
        note(elements.create('issuingCardExpiryDisplay', ${options('ek_test_other')}), 'loaderror').mount('#third');`);
      const { number, cvc } = await stripe.issuing.cards.retrieve(id, { expand: ['number', 'cvc'] });
      await site
        .frame('Card number frame')
        .getByText(number!.replace(/(.{4})(?=.)/g, '$1 '))
        .waitFor();
      await site.frame('Card CVC frame').getByText(cvc!).waitFor();
      expect(await site.told(`event.name === 'loaderror'`)).toMatchObject({ error: { type: 'invalid_request_error' } });
    });
  });
});
