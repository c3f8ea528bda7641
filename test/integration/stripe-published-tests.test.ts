/** What the browser tests that people publish for Stripe look for: frames, names of fields, identifiers. They run here as they are. */
import type { FrameLocator, Page } from 'playwright-core';
import type Stripe from 'stripe';
import { describeWithBrowser } from '../support/browser';
import { shopPage, type Shop } from '../support/shop';
import type { RunningStripe } from '../support/stripe';
import { inBrowser } from '../support/stripe-in-browser';

const VISA = '4242424242424242';
const ASKS_ALWAYS = '4000002760003184';

describeWithBrowser('a browser test that was written for Stripe', () => {
  let running: RunningStripe;
  let stripe: Stripe;
  let page: Page;
  let shop: Shop;

  inBrowser((test) => ({ running, stripe, page, shop } = test));

  const firstFrame = (): FrameLocator => page.frameLocator('iframe[name^="__privateStripeFrame"]').first();
  const bank = (): FrameLocator =>
    page.frameLocator('iframe[src*="three-ds-2-challenge"]').frameLocator('iframe[name="stripe-challenge-frame"]');
  const result = async (): Promise<Record<string, Record<string, unknown>>> => {
    await page.locator('#result:not(:empty)').waitFor();
    return JSON.parse((await page.locator('#result').textContent())!) as Record<string, Record<string, unknown>>;
  };

  describe('finds in the Payment Element', () => {
    const open = async (more: Partial<Stripe.PaymentIntentCreateParams> = {}, options = '{}'): Promise<void> => {
      const { client_secret } = await stripe.paymentIntents.create({ amount: 2000, currency: 'usd', ...more });
      shop.show(
        shopPage(
          `http://stripe.localhost:${running.platform.port}/v3/`,
          `const elements = stripe.elements({ clientSecret: '${client_secret}' }); elements.create('payment', ${options}).mount('#element');`,
          `return stripe.confirmPayment({ elements, redirect: 'if_required' });`,
        ),
      );
      await page.goto(`${shop.url}/pay`);
    };

    test('its fields by their identifiers, in the first private frame', async () => {
      await open();
      for (const [name, value] of [
        ['number', VISA],
        ['expiry', '1234'],
        ['cvc', '123'],
        ['postalCode', '94107'],
      ] as const)
        await firstFrame().locator(`#Field-${name}Input`).fill(value);
      await firstFrame().locator('#Field-countryInput').selectOption('US');
      await page.getByRole('button', { name: 'Pay' }).press('Enter');
      expect(await result()).toMatchObject({ paymentIntent: { status: 'succeeded' } });
    });

    test('its fields as a recorder names them, in the frame of its address', async () => {
      await open();
      const frame = page.frameLocator('.__PrivateStripeElement > iframe[src*="elements-inner-payment"]');
      for (const name of ['Card number', 'Expiration date MM / YY', 'Security code', 'ZIP code'])
        await frame.getByRole('textbox', { name }).fill('12');
      for (const placeholder of ['1234 1234 1234 1234', 'MM / YY', 'CVC', '12345'])
        await frame.getByPlaceholder(placeholder, { exact: true }).waitFor();
    });

    test('tabs, or an accordion', async () => {
      const types: Partial<Stripe.PaymentIntentCreateParams> = {
        currency: 'eur',
        allowed_payment_method_types: ['card', 'ideal'],
      };
      await open(types);
      await firstFrame().getByTestId('ideal').click();
      await firstFrame().getByRole('tab', { name: 'iDEAL', selected: true }).waitFor();
      await firstFrame().locator('button[value="card"]').click();
      await firstFrame().locator('#card-tab[aria-selected=true]').waitFor();
      await open(types, `{ layout: 'accordion' }`);
      await firstFrame().locator('[role="button"][data-value="ideal"]').click();
      await firstFrame().getByRole('button', { name: 'Card' }).click();
      await firstFrame().locator('#Field-numberInput').waitFor();
    });

    test('the postal code of a card, where its country has one', async () => {
      await open();
      const code = firstFrame().locator('[name=postalCode]');
      await code.waitFor();
      await firstFrame().locator('[name=country]').selectOption('IN');
      await code.waitFor({ state: 'hidden' });
      await firstFrame().locator('[name=country]').selectOption('GB');
      await firstFrame().getByLabel('Postal code').waitFor();
    });
  });

  describe('finds in the Card Element', () => {
    const open = async (work: string): Promise<void> => {
      shop.show(
        shopPage(
          `http://stripe.localhost:${running.platform.port}/v3/`,
          `const card = stripe.elements().create('card'); card.mount('#element');`,
          work,
        ),
      );
      await page.goto(`${shop.url}/pay`);
    };

    test('fields by their stable names, and types through all of them', async () => {
      await open(`return stripe.createToken(card);`);
      const frame = page.frameLocator('#element iframe[src*="elements-inner-card"]');
      for (const name of ['cardNumber', 'cardExpiry', 'cardCvc', 'postalCode'])
        await frame.locator(`[data-elements-stable-field-name="${name}"]`).waitFor();
      await frame.locator('[name=cardnumber]').click();
      await page.keyboard.type(`${VISA}1234123` + '94107');
      await page.getByRole('button', { name: 'Pay' }).press('Enter');
      expect(await result()).toMatchObject({
        token: { card: { last4: '4242', exp_year: 2034, address_zip: '94107' } },
      });
    });

    test('the frames of 3-D Secure, one in the other', async () => {
      const { client_secret } = await stripe.paymentIntents.create({ amount: 2000, currency: 'usd' });
      await open(`return stripe.confirmCardPayment('${client_secret}', { payment_method: { card } });`);
      await firstFrame().locator('[name=cardnumber]').click();
      await page.keyboard.type(`${ASKS_ALWAYS}1234123` + '94107');
      await page.getByRole('button', { name: 'Pay' }).press('Enter');
      const challenge = page
        .frameLocator('body > div > iframe[name^="__privateStripeFrame"]')
        .frameLocator('#challengeFrame');
      await challenge.locator('#test-source-fail-3ds').click();
      expect(await result()).toMatchObject({
        error: {
          code: 'payment_intent_authentication_failure',
          message:
            'We are unable to authenticate your payment method. Please choose a different payment method and try again.',
        },
      });
      await page.locator('body > div > iframe').waitFor({ state: 'detached' });
    });
  });

  describe('finds in the Address Element', () => {
    test('a choice of states, which follows the country', async () => {
      shop.show(
        shopPage(
          `http://stripe.localhost:${running.platform.port}/v3/`,
          `const elements = stripe.elements({ mode: 'payment', amount: 2000, currency: 'usd' });
           const address = elements.create('address', { mode: 'shipping', display: { name: 'split' } }); address.mount('#element');`,
          'return address.getValue();',
        ),
      );
      await page.goto(`${shop.url}/pay`);
      const frame = page.frameLocator('iframe[title="Secure address input frame"]');
      await frame.getByLabel('First name').fill('Ada');
      await frame.getByLabel('Last name').fill('Byron');
      await frame.locator('#Field-addressLine1Input').fill('1 Main St');
      await frame.locator('#Field-localityInput').fill('Reno');
      await frame.locator('#Field-administrativeAreaInput').selectOption('NV');
      await frame.locator('#Field-postalCodeInput').fill('89501');
      await page.getByRole('button', { name: 'Pay' }).press('Enter');
      expect(await result()).toMatchObject({
        complete: true,
        value: {
          name: 'Ada Byron',
          firstName: 'Ada',
          lastName: 'Byron',
          address: { line1: '1 Main St', line2: null, city: 'Reno', state: 'NV', postal_code: '89501', country: 'US' },
        },
      });
      await frame.locator('#Field-countryInput').selectOption('CA');
      await frame.getByLabel('Province').selectOption('ON');
      await frame.locator('#Field-countryInput').selectOption('DE');
      expect(await frame.locator('[name=administrativeArea]').count()).toBe(0);
    });
  });

  describe('finds on the page of Checkout', () => {
    const open = async (more: Partial<Stripe.Checkout.SessionCreateParams> = {}): Promise<string> => {
      const { id, url } = await stripe.checkout.sessions.create({
        mode: 'payment',
        line_items: [
          { quantity: 1, price_data: { currency: 'usd', unit_amount: 2000, product_data: { name: 'T-shirt' } } },
        ],
        success_url: `${shop.url}/done`,
        cancel_url: `${shop.url}/cart`,
        ...more,
      });
      await page.goto(url!);
      return id;
    };
    const fillCard = async (number = VISA): Promise<void> => {
      for (const [name, value] of [
        ['email', 'ada@example.com'],
        ['cardNumber', number],
        ['cardExpiry', '12 / 34'],
        ['cardCvc', '123'],
        ['billingName', 'Ada Lovelace'],
      ] as const)
        await page.locator(`#${name}`).fill(value);
    };
    const paid = (): Promise<void> => page.waitForURL(`${shop.url}/done`);

    test('placeholders, the form, and the inside of its button', async () => {
      await open();
      const form = page.locator('form.PaymentForm-form');
      for (const text of ['email@example.com', '1234 1234 1234 1234', 'MM / YY', 'CVC', 'Full name on card', 'ZIP'])
        await form.getByPlaceholder(text, { exact: true }).waitFor();
      await page.locator('#cardNumber').pressSequentially('378282246310005');
      expect(await page.locator('#cardNumber').inputValue()).toBe('3782 822463 10005');
      await fillCard();
      await page.locator('form button[type="submit"]').click();
      await page.locator('.FieldError').getByText('Required').waitFor();
      await page.locator('#billingPostalCode').fill('94107');
      await page.locator('.SubmitButton-IconContainer').click();
      await paid();
    });

    test('what is sold', async () => {
      await open();
      expect(await page.locator('#ProductSummary-totalAmount').textContent()).toBe('$20.00');
      expect(await page.getByTestId('line-item-product-name').textContent()).toBe('T-shirt');
      await page.getByTestId('business-link').click();
      await page.waitForURL(`${shop.url}/cart`);
    });

    test('the card among several methods', async () => {
      await open({
        line_items: [
          { quantity: 1, price_data: { currency: 'eur', unit_amount: 2000, product_data: { name: 'Tea' } } },
        ],
        allowed_payment_method_types: ['ideal', 'card'],
      });
      await page.getByTestId('ideal-accordion-item').click();
      await page.getByTestId('card-accordion-item-button').click();
      await fillCard();
      await page.locator('#billingCountry').selectOption('NL');
      await page.locator('#billingPostalCode').waitFor({ state: 'hidden' });
      await page.getByTestId('hosted-payment-submit-button').click();
      await paid();
    });

    test('3-D Secure in frames over it', async () => {
      await open();
      await fillCard(ASKS_ALWAYS);
      await page.locator('#billingPostalCode').fill('94107');
      await page.getByTestId('hosted-payment-submit-button').click();
      await bank().locator('#test-source-fail-3ds').click();
      await page.getByText('We are unable to authenticate your payment method').waitFor();
      await fillCard(ASKS_ALWAYS);
      await page.locator('#billingPostalCode').fill('94107');
      await page.getByTestId('hosted-payment-submit-button').click();
      await bank().locator('#test-source-authorize-3ds').click();
      await paid();
    });

    test('where things go, which is where the bill goes, and a phone number', async () => {
      const id = await open({
        billing_address_collection: 'required',
        shipping_address_collection: { allowed_countries: ['CA', 'US'] },
        phone_number_collection: { enabled: true },
      });
      await page.locator('#shippingName').fill('Ada Lovelace');
      await page.locator('#shippingCountry').selectOption('CA');
      await page.locator('#shippingAdministrativeArea').selectOption('ON');
      await page.locator('#shippingCountry').selectOption('US');
      await page.locator('#shippingAddressLine1').fill('1 World Way');
      await page.locator('#shippingLocality').fill('Los Angeles');
      await page.locator('#shippingAdministrativeArea').selectOption('CA');
      await page.locator('#shippingPostalCode').fill('90045');
      await page.locator('#phoneNumber').fill('(800) 555-4545');
      expect(await page.locator('#cardUseShippingAsBilling').isChecked()).toBe(true);
      await fillCard();
      await page.getByTestId('hosted-payment-submit-button').click();
      await paid();
      const session = await stripe.checkout.sessions.retrieve(id);
      expect(session.customer_details).toMatchObject({
        address: { line1: '1 World Way', state: 'CA', country: 'US' },
        phone: '+18005554545',
      });
      expect(session.collected_information?.shipping_details?.address).toMatchObject({ state: 'CA' });
    });

    test('another address for the bill', async () => {
      const id = await open({ shipping_address_collection: { allowed_countries: ['US'] } });
      await page.locator('#shippingName').fill('Ada Lovelace');
      await page.locator('#shippingAddressLine1').fill('1 World Way');
      await page.locator('#shippingLocality').fill('Los Angeles');
      await page.locator('#shippingPostalCode').fill('90045');
      await page.locator('#cardUseShippingAsBilling').uncheck();
      await fillCard();
      await page.locator('#billingCountry').selectOption('FR');
      await page.getByTestId('hosted-payment-submit-button').click();
      await paid();
      expect((await stripe.checkout.sessions.retrieve(id)).customer_details?.address).toMatchObject({ country: 'FR' });
    });

    test('a promotion code', async () => {
      const { id: coupon } = await stripe.coupons.create({ percent_off: 10, duration: 'once' });
      await stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon }, code: 'TENOFF' });
      await open({ allow_promotion_codes: true });
      await page.locator('#promotionCode').fill('NONE');
      await page.keyboard.press('Enter');
      await page.getByText('This code is invalid.').waitFor();
      await page.getByPlaceholder('Add promotion code').fill('TENOFF');
      await page.getByRole('button', { name: 'Apply' }).click();
      await page.getByTestId('product-summary-total-amount').getByText('$18.00').waitFor();
    });

    test('that somebody buys as a business', async () => {
      const id = await open({ tax_id_collection: { enabled: true } });
      await page.locator('#taxId').waitFor({ state: 'hidden' });
      await page.getByLabel("I'm purchasing as a business").check();
      await page.getByLabel('Business name').fill('Ada Ltd');
      await page.locator('#taxId').fill('DE123456789');
      await fillCard();
      await page.locator('#billingPostalCode').fill('94107');
      await page.getByTestId('hosted-payment-submit-button').click();
      await paid();
      expect((await stripe.checkout.sessions.retrieve(id)).customer_details).toMatchObject({
        business_name: 'Ada Ltd',
        tax_ids: [{ type: 'eu_vat', value: 'DE123456789' }],
      });
    });
  });
});
