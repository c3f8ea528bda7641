import type Stripe from 'stripe';
import { invalidRequest, parameterMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import { locationStatus } from '../billing/automatic-tax';
import { checkEmail } from '../parameters/email';
import { checkUrl } from '../parameters/url';
import { checkLength } from '../parameters/validate';
import { LARGEST_AMOUNT, formatAmount } from '../payments/money';
import { checkContent } from './content-checks';
import { priceOf, type Line } from './line-items';

export type SessionParams = Stripe.Checkout.SessionCreateParams & {
  /** Of older versions. */
  readonly payment_method_types?: readonly string[];
};

/** How a session is shown. */
export type UiMode = 'hosted_page' | 'embedded_page' | 'elements' | 'form';

/** What the page says by itself, which a page of the application does. */
const NOT_FOR_ELEMENTS = [
  'after_expiration',
  'branding_settings',
  'custom_fields',
  'custom_text',
  'optional_items',
  'origin_context',
  'submit_type',
] as const;

/** What the refusal of a parameter says, where it is not what that of others says. */
const MODE_REFUSALS: Readonly<Record<string, string>> = {
  customer_creation: '`customer_creation` can only be used in `payment` mode.',
  invoice_creation:
    'You can only enable invoice creation when `mode` is set to `payment`. Invoices are created automatically when `mode` is set to `subscription`, and are unsupported when set to `setup`. To learn more visit https://stripe.com/docs/payments/checkout/post-payment-invoices',
};

const SHORTEST = 30 * 60;
const LONGEST = 24 * 60 * 60;
const SHORTEST_TRIAL = 48 * 60 * 60;
const LONGEST_REFERENCE = 200;
const MOST_OF_A_KIND = 20;
const LEAST_AMOUNT = 50;
/** Currencies whose least amount is like that of dollars. */
const LIKE_DOLLARS = ['usd', 'eur', 'cad', 'aud', 'nzd', 'chf', 'sgd', 'brl'];

/** Throws for parameters that do not go together, and for missing ones; where it may be bare, `mode` alone has to be there. */
export function checkParams(given: SessionParams, uiMode: UiMode, isBare = false): void {
  if (given.mode === undefined) throw parameterMissing('mode');
  const isHosted = uiMode === 'hosted_page';
  if (isHosted && given.success_url === undefined && !isBare) throw parameterMissing('success_url');
  if (!isHosted && given.success_url !== undefined) {
    throw invalidRequest(`\`success_url\` cannot be used with \`ui_mode: ${uiMode}\`. Use \`return_url\` instead.`, {
      param: 'success_url',
    });
  }
  if (!isHosted && given.cancel_url !== undefined) {
    throw invalidRequest(`\`cancel_url\` cannot be used with \`ui_mode: ${uiMode}\`.`, { param: 'cancel_url' });
  }
  if (isHosted && given.return_url !== undefined) {
    throw invalidRequest('`return_url` can only be used with `ui_mode: embedded_page` or `ui_mode: elements`.', {
      param: 'return_url',
    });
  }
  if (isHosted && given.redirect_on_completion !== undefined) {
    throw invalidRequest('`redirect_on_completion` can only be used with `ui_mode: embedded_page`.', {
      param: 'redirect_on_completion',
    });
  }
  if (given.redirect_on_completion === 'never' && given.return_url !== undefined) {
    throw invalidRequest('`return_url` cannot be used with `redirect_on_completion: never`.', { param: 'return_url' });
  }
  if (!isHosted && given.return_url === undefined && given.redirect_on_completion !== 'never') {
    throw parameterMissing('return_url');
  }
  for (const name of uiMode === 'elements' ? NOT_FOR_ELEMENTS : []) {
    if (given[name] === undefined) continue;
    throw invalidRequest(`\`${name}\` cannot be used with \`ui_mode: elements\`.`, { param: name });
  }
  for (const name of ['success_url', 'cancel_url', 'return_url'] as const) {
    checkUrl(given[name], name);
  }
  if (given.mode !== 'setup' && !isBare && (given.line_items === undefined || given.line_items.length === 0)) {
    throw parameterMissing('line_items');
  }
  if (given.mode === 'setup' && given.line_items !== undefined) {
    throw invalidRequest('You can not pass `line_items` in `setup` mode.', { param: 'line_items' });
  }
  oneOf(given, 'customer', 'customer_email');
  oneOf(given, 'customer', 'customer_creation');
  oneOf(given, 'allow_promotion_codes', 'discounts');
  onlyIn(given, ['payment'], 'payment_intent_data', 'invoice_creation', 'shipping_options');
  onlyIn(given, ['subscription'], 'subscription_data', 'payment_method_collection');
  onlyIn(given, ['setup'], 'setup_intent_data');
  onlyIn(given, ['payment', 'setup'], 'customer_creation');
  onlyIn(given, ['payment', 'subscription'], 'submit_type');
  if (given.customer_update !== undefined && given.customer === undefined) {
    throw invalidRequest('`customer_update` can only be used with `customer`.', { param: 'customer_update' });
  }
  checkLength(given.client_reference_id ?? '', LONGEST_REFERENCE, 'client_reference_id');
  checkEmail(given.customer_email, 'customer_email');
  checkContent(given);
  checkRates(given);
}

/** Throws for tax rates where taxes are found by themselves. */
function checkRates({
  automatic_tax: automatic,
  line_items: lines = [],
  subscription_data: data,
}: SessionParams): void {
  if (automatic?.enabled !== true) return;
  const index = lines.findIndex(({ tax_rates: rates }) => (rates ?? []).length > 0);
  const hasDefaults = (data?.default_tax_rates ?? []).length > 0;
  if (index < 0 && !hasDefaults) return;
  throw invalidRequest('You cannot set tax rates while `automatic_tax` is enabled.', {
    param: index < 0 ? 'subscription_data[default_tax_rates]' : `line_items[${index}][tax_rates]`,
  });
}

/** Throws where the page could not note for a customer what automatic taxes or a tax ID need. */
export function checkCustomer(given: SessionParams, customer: Stripe.Customer): void {
  const update = given.customer_update;
  if (given.tax_id_collection?.enabled === true && update?.name !== 'auto') {
    throw invalidRequest(
      'Tax ID collection requires updating business name on the customer. To enable tax ID collection for an existing customer, please set `customer_update[name]` to `auto`.',
      { param: 'customer_update[name]' },
    );
  }
  if (given.automatic_tax?.enabled !== true || update?.address === 'auto' || update?.shipping === 'auto') return;
  const place = customer.shipping?.address ?? customer.address;
  if (place && locationStatus(place) === 'complete') return;
  throw invalidRequest(
    "Automatic tax calculation in Checkout requires a valid address on the Customer. Add a valid address to the Customer or set either `customer_update[address]` to 'auto' or `customer_update[shipping]` to 'auto' to save the address entered in Checkout to the Customer.",
    { code: 'customer_tax_location_invalid' },
  );
}

/** Throws for a trial that is too short. `trial_end` has to be two days ahead, as the buyer may take one to pay. */
export function checkTrial({ subscription_data: data }: SessionParams, now: number): void {
  const { trial_end: end, trial_period_days: days, billing_cycle_anchor: anchor } = data ?? {};
  const { billing_cycle_anchor_config: config } = data ?? {};
  const hasTrial = end !== undefined || days !== undefined;
  if ((config !== undefined && (hasTrial || anchor !== undefined)) || (anchor !== undefined && hasTrial)) {
    const name = config === undefined ? 'billing_cycle_anchor' : 'billing_cycle_anchor_config';
    throw invalidRequest(`\`${name}\` cannot be used with another anchor of the billing cycle, or with a trial.`, {
      param: `subscription_data[${name}]`,
    });
  }
  if (end !== undefined && days !== undefined) {
    throw invalidRequest('You may only specify one of these parameters: trial_end, trial_period_days.', {
      param: 'subscription_data[trial_end]',
    });
  }
  if (end !== undefined && end < now + SHORTEST_TRIAL) {
    throw invalidRequest('The `trial_end` date has to be at least 2 days in the future.', {
      param: 'subscription_data[trial_end]',
    });
  }
  if (days !== undefined && days < 1) {
    throw invalidRequest('The minimum number of trial period days is 1.', {
      param: 'subscription_data[trial_period_days]',
    });
  }
}

/** Throws where prices do not go with the mode. */
export function checkPrices(stripe: Backend, mode: string, lines: readonly Line[]): void {
  const recurring = lines.map((line) => priceOf(stripe, line).recurring).filter((each) => each !== null);
  const once = lines.length - recurring.length;
  if (mode === 'payment' && recurring.length > 0) {
    throw invalidRequest(
      'You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.',
      { param: 'line_items' },
    );
  }
  if (mode !== 'subscription') return;
  for (const [count, kind] of [
    [recurring.length, 'recurring'],
    [once, 'one-time'],
  ] as const) {
    if (count <= MOST_OF_A_KIND) continue;
    throw invalidRequest(
      `You may only have ${MOST_OF_A_KIND} line items with ${kind} prices in \`subscription\` mode.`,
      {
        param: 'line_items',
      },
    );
  }
  if (recurring.length === 0) {
    throw invalidRequest('You must provide at least one recurring price in `subscription` mode when using prices.', {
      param: 'line_items',
    });
  }
  const intervals = new Set(recurring.map(({ interval, interval_count }) => `${interval} ${interval_count}`));
  if (intervals.size > 1) {
    throw invalidRequest('Checkout does not support multiple prices with different billing intervals.', {
      param: 'line_items',
    });
  }
}

/** Throws for an amount that is too small, or too large, to be charged. */
export function checkAmount(mode: string, total: number, currency: string): void {
  if (mode === 'payment' && total > LARGEST_AMOUNT) {
    throw invalidRequest(
      `The Checkout Session's total amount due must be no more than ${formatAmount(LARGEST_AMOUNT, currency)} ${currency}`,
      { code: 'amount_too_large' },
    );
  }
  if (mode !== 'payment' || total === 0 || total >= LEAST_AMOUNT || !LIKE_DOLLARS.includes(currency)) return;
  throw invalidRequest(
    `The Checkout Session's total amount due must add up to at least ${currency === 'usd' ? '$0.50 usd' : `0.50 ${currency}`}`,
    { code: 'amount_too_small' },
  );
}

/** Throws for an expiry that is too soon or too late. */
export function checkExpiry(expiresAt: number | undefined, now: number): number {
  if (expiresAt === undefined) return now + LONGEST;
  if (expiresAt < now + SHORTEST) {
    throw invalidRequest('The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.', {
      param: 'expires_at',
    });
  }
  if (expiresAt > now + LONGEST) {
    throw invalidRequest('The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.', {
      param: 'expires_at',
    });
  }
  return expiresAt;
}

function oneOf(given: SessionParams, ...names: (keyof SessionParams)[]): void {
  if (names.filter((name) => given[name] !== undefined).length < 2) return;
  throw invalidRequest(`You may only specify one of these parameters: ${names.join(', ')}.`, { param: names[0]! });
}

function onlyIn(given: SessionParams, modes: readonly string[], ...names: (keyof SessionParams)[]): void {
  const { mode = '' } = given;
  if (modes.includes(mode)) return;
  for (const name of names) {
    if (given[name] === undefined) continue;
    throw invalidRequest(MODE_REFUSALS[name] ?? `You can not pass \`${name}\` in \`${mode}\` mode.`, { param: name });
  }
}
