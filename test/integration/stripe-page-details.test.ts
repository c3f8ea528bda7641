/** The hosted pages: what the options of a session, an invoice or a configuration change of what people see there. */
import type { Page } from 'playwright-core';
import type Stripe from 'stripe';
import { describeWithBrowser } from '../support/browser';
import { ASKS_ALWAYS, bankFrame, VISA } from '../support/page-with-stripe-js';
import type { Shop } from '../support/shop';
import { inBrowser } from '../support/stripe-in-browser';

const UNPROVEN = 'We are unable to authenticate your payment method.';

describeWithBrowser('what a hosted page shows', () => {
  let stripe: Stripe;
  let page: Page;
  let shop: Shop;

  inBrowser((test) => ({ stripe, page, shop } = test));

  const fillCard = async (number = VISA): Promise<void> => {
    await page.locator('#cardNumber').fill(number);
    await page.locator('#cardExpiry').fill('1234');
    await page.locator('#cardCvc').fill('123');
    await page.locator('#billingName').fill('Ada');
    await page.locator('#billingPostalCode').fill('94107');
  };
  const submit = (): Promise<void> => page.getByTestId('hosted-payment-submit-button').click();
  const session = (more: Partial<Stripe.Checkout.SessionCreateParams> = {}): Promise<Stripe.Checkout.Session> =>
    stripe.checkout.sessions.create({
      mode: 'payment',
      success_url: `${shop.url}/done`,
      line_items: [
        { quantity: 1, price_data: { currency: 'usd', unit_amount: 2000, product_data: { name: 'T-shirt' } } },
      ],
      ...more,
    });
  const visit = async (more: Partial<Stripe.Checkout.SessionCreateParams> = {}): Promise<string> => {
    const { id, url } = await session(more);
    await page.goto(url!);
    return id;
  };

  describe('Checkout', () => {
    test('is in the language of its session', async () => {
      await visit({ locale: 'de' });
      expect(await page.locator('html').getAttribute('lang')).toBe('de');
      await page.getByLabel('Kartennummer').waitFor();
      await page.getByRole('button', { name: '$20.00 bezahlen' }).click();
      await page.getByText('Erforderlich').first().waitFor();
    });

    test('leads to what a text of the application links to, and to no script', async () => {
      await visit({
        consent_collection: { terms_of_service: 'required' },
        custom_text: {
          terms_of_service_acceptance: { message: 'I agree to the [Terms](https://example.com/terms)' },
          submit: { message: 'Not [here](javascript:alert(1)), <b>please</b>' },
        },
      });
      expect(await page.getByRole('link', { name: 'Terms' }).getAttribute('href')).toBe('https://example.com/terms');
      expect(await page.locator('a[href^="javascript:"]').count()).toBe(0);
      await page.getByText('<b>please</b>').waitFor();
    });

    test('shows what is sold, and what one costs', async () => {
      await visit({
        line_items: [
          {
            quantity: 2,
            price_data: {
              currency: 'usd',
              unit_amount: 1500,
              product_data: { name: 'T-shirt', description: 'Soft cotton', images: ['https://example.com/shirt.png'] },
            },
          },
        ],
      });
      await page.getByText('Soft cotton').waitFor();
      await page.getByText('$15.00 each').waitFor();
      expect(await page.locator('img').getAttribute('src')).toBe('https://example.com/shirt.png');
    });

    test('says what cannot be right with a card', async () => {
      await visit();
      await page.locator('#email').fill('ada@example.com');
      await fillCard('4242424242424241');
      await submit();
      await page.getByText('Your card number is invalid.').waitFor();
      await fillCard();
      await page.locator('#cardExpiry').fill('01 / 20');
      await submit();
      await page.getByText("Your card's expiration year is in the past.").waitFor();
    });

    test('lets saved cards be removed', async () => {
      const { id: customer } = await stripe.customers.create({ email: 'ada@example.com' });
      const saved = await stripe.paymentMethods.create({
        type: 'card',
        card: { token: 'tok_visa' },
        allow_redisplay: 'always',
      });
      await stripe.paymentMethods.attach(saved.id, { customer });
      await visit({ customer, saved_payment_method_options: { payment_method_remove: 'enabled' } });
      await page.getByRole('button', { name: 'Remove Visa •••• 4242' }).click();
      await page.getByText('Visa •••• 4242').waitFor({ state: 'hidden' });
      expect((await stripe.customers.listPaymentMethods(customer)).data).toEqual([]);
    });

    test('requires the number of a business where there are such numbers', async () => {
      await visit({ tax_id_collection: { enabled: true, required: 'if_supported' } });
      await page.locator('#email').fill('ada@example.com');
      await fillCard();
      await page.locator('#billingCountry').selectOption('DE');
      await submit();
      await page.locator('#taxId[aria-invalid=true]').waitFor();
      await page.locator('#taxId').fill('DE123456789');
      await submit();
      await page.waitForURL(`${shop.url}/done`);
    });

    test('is told by a bank elsewhere that a payment failed', async () => {
      await visit({ allowed_payment_method_types: ['card', 'klarna'] });
      await page.locator('#email').fill('ada@example.com');
      await page.getByTestId('klarna-accordion-item-button').click();
      await submit();
      await page.locator('#fail-test-payment').click();
      await page.getByRole('alert').waitFor();
    });
  });

  describe('the portal', () => {
    const portal = async (
      customer: string,
      more: Partial<Stripe.BillingPortal.SessionCreateParams> = {},
    ): Promise<void> => {
      await page.goto((await stripe.billingPortal.sessions.create({ customer, ...more })).url);
    };

    test('asks the bank about a card over its page, which may fail', async () => {
      const { id } = await stripe.customers.create({ email: 'ada@example.com' });
      await portal(id);
      await page.getByRole('link', { name: 'Add payment method' }).click();
      await fillCard(ASKS_ALWAYS);
      await page.getByRole('button', { name: 'Add' }).click();
      await bankFrame(page).getByRole('button', { name: 'Fail' }).click();
      await page.getByText(UNPROVEN).waitFor();
      await fillCard(ASKS_ALWAYS);
      await page.getByRole('button', { name: 'Add' }).click();
      await bankFrame(page).getByRole('button', { name: 'Complete' }).click();
      await page.getByText('Visa •••• 3184').waitFor();
    });

    test('shows the tax IDs of a customer, in the language of the session', async () => {
      const { id } = await stripe.customers.create({
        email: 'ada@example.com',
        tax_id_data: [{ type: 'eu_vat', value: 'DE123456789' }],
      });
      await portal(id, { locale: 'de' });
      await page.getByText('DE123456789').waitFor();
      await page.getByRole('heading', { name: 'Zahlungsmethoden' }).waitFor();
    });
  });

  test('an invoice asks the bank over its page, and then leads to a receipt with its lines', async () => {
    const { id: customer } = await stripe.customers.create({ email: 'ada@example.com' });
    const draft = await stripe.invoices.create({ customer, collection_method: 'send_invoice', days_until_due: 30 });
    await stripe.invoiceItems.create({
      customer,
      invoice: draft.id,
      amount: 4200,
      currency: 'usd',
      description: 'Consulting',
    });
    await page.goto((await stripe.invoices.finalizeInvoice(draft.id)).hosted_invoice_url!);
    const pay = async (answer: 'Complete' | 'Fail'): Promise<void> => {
      await fillCard(ASKS_ALWAYS);
      await page.getByTestId('hosted-invoice-pay').click();
      await bankFrame(page).getByRole('button', { name: answer }).click();
    };
    await pay('Fail');
    await page.getByText(UNPROVEN).waitFor();
    await pay('Complete');
    await page.getByText('Invoice paid').waitFor();
    await page.getByRole('link', { name: 'Download receipt' }).click();
    await page.getByText('Consulting').waitFor();
    await page.getByText('$42.00').first().waitFor();
  });
});
