import { Agent } from 'node:http';
import type { LookupFunction } from 'node:net';
import { join } from 'node:path';
import Stripe from 'stripe';
import type { createTestPlatform, TestPlatform } from '../../src/testing';
import { LookedAtClient } from './looked-at-client';
import { REPOSITORY } from './run-platform';
import { waitFor } from './wait-for';

const { createTestPlatform: start } = jest.requireActual<{ createTestPlatform: typeof createTestPlatform }>(
  '../../dist/testing',
);

export interface RunningStripe {
  readonly platform: TestPlatform;
  /** The official SDK, as an application has it. */
  readonly stripe: Stripe;
  /** Another client of the same platform: another key, version or account. */
  client(options?: ConstructorParameters<typeof Stripe>[1] & { readonly key?: string }): Stripe;
  close(): Promise<void>;
}

/** Runs the built extension on the built platform, filled from the file `seed`. The SDK reaches it as `http://stripe.localhost` would. */
export async function startStripe(
  config: Readonly<Record<string, unknown>> = {},
  seed?: string,
): Promise<RunningStripe> {
  const platform = await start({
    extensions: [join(REPOSITORY, 'extensions', 'stripe')],
    config: { stripe: config },
    ...(seed !== undefined && { seed: { stripe: seed } }),
  });
  const agent = new Agent({ keepAlive: true, lookup: toLoopback });
  const isLoose = 'compat' in config || 'fallback' in config;
  const answers = new LookedAtClient(Stripe.createNodeHttpClient(agent));
  const client: RunningStripe['client'] = ({ key = 'sk_test_backlot', ...options } = {}) =>
    new Stripe(key, {
      host: 'stripe.localhost',
      port: platform.port,
      protocol: 'http',
      maxNetworkRetries: 0,
      telemetry: false,
      httpClient: answers as unknown as Stripe.HttpClient,
      ...options,
    });
  const close = async (): Promise<void> => {
    agent.destroy();
    await platform.close();
    // Whatever a test looks at, the answer is to be as it is declared.
    if (answers.problems.size > 0 && !isLoose) throw new Error(describeProblems(answers.problems));
  };
  return { platform, stripe: client(), client, close };
}

function describeProblems(problems: ReadonlyMap<string, string>): string {
  const lines = [...problems].map(([problem, request]) => `  ${problem}, in the answer to ${request}`);
  return ['Answers are not as the official package declares them:', ...lines.sort()].join('\n');
}

/** Not every machine resolves names below `localhost`. */
export const toLoopback: LookupFunction = (_name, { all }, callback) => {
  if (all) callback(null, [{ address: '127.0.0.1', family: 4 }]);
  else callback(null, '127.0.0.1', 4);
};

/** What a call fails with. */
export function failure(call: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  return call.then(
    () => Promise.reject(new Error('it succeeded')),
    (error: unknown) => error as Stripe.errors.StripeError,
  );
}

/** A customer whose payments are made with a card that is always good. */
export async function customerWithCard(stripe: Stripe, given: Stripe.CustomerCreateParams = {}): Promise<string> {
  const { id } = await stripe.customers.create(given);
  const method = await stripe.paymentMethods.attach('pm_card_visa', { customer: id });
  await stripe.customers.update(id, { invoice_settings: { default_payment_method: method.id } });
  return id;
}

type Loose = Record<string, unknown>;
type Called = (...given: unknown[]) => Promise<Loose>;

/** The SDK of 2020, whose types are not those of the newest. */
export interface OldStripe {
  readonly customers: { readonly create: Called };
  readonly invoices: { readonly retrieveUpcoming: Called };
  readonly paymentIntents: { readonly create: Called };
  readonly plans: { readonly create: Called };
  readonly subscriptionItems: { readonly createUsageRecord: Called; readonly listUsageRecordSummaries: Called };
  readonly subscriptions: { readonly create: Called; readonly update: Called };
  close(): void;
}

export function oldStripe({ platform }: RunningStripe, apiVersion: string): OldStripe {
  const OldSdk = jest.requireActual<new (key: string, options: Loose) => OldStripe>('stripe-8');
  const agent = new Agent({ lookup: toLoopback });
  const client = new OldSdk('sk_test_old', {
    apiVersion,
    host: 'stripe.localhost',
    port: platform.port,
    protocol: 'http',
    httpAgent: agent,
    telemetry: false,
    maxNetworkRetries: 0,
  });
  return Object.assign(client, { close: () => agent.destroy() });
}

/** All that an account gives to be ready, in the words of https://docs.stripe.com/connect/testing. */
export const COMPLETE_ACCOUNT: Stripe.AccountCreateParams = {
  type: 'custom',
  country: 'US',
  email: 'jenny@example.com',
  business_type: 'individual',
  business_profile: { mcc: '5734', url: 'https://shop.example.com' },
  capabilities: { card_payments: { requested: true }, transfers: { requested: true } },
  external_account: {
    object: 'bank_account',
    country: 'US',
    currency: 'usd',
    account_number: '000123456789',
    routing_number: '110000000',
  },
  individual: {
    first_name: 'Jenny',
    last_name: 'Rosen',
    email: 'jenny@example.com',
    dob: { day: 1, month: 1, year: 1901 },
    address: { line1: 'address_full_match', city: 'Reno', state: 'NV', postal_code: '89501' },
    ssn_last_4: '0000',
  },
  tos_acceptance: { date: 1_700_000_000, ip: '8.8.8.8' },
};

/** Goes, as the owner of an account, through its onboarding. */
export async function onboard({ platform, stripe }: RunningStripe, account: string): Promise<void> {
  const { url } = await stripe.accountLinks.create({
    account,
    type: 'account_onboarding',
    refresh_url: 'https://example.com/again',
    return_url: 'https://example.com/back',
  });
  await platform.fetch(`http://stripe.localhost${new URL(url).pathname}`, { method: 'POST', redirect: 'manual' });
}

/** Decides, as a buyer, on the page of 3-D Secure that an intent leads to: `complete` or `fail`. */
export async function decideOnPage(
  { platform }: RunningStripe,
  { next_action: action }: Pick<Stripe.PaymentIntent, 'next_action'>,
  decision: string,
): Promise<void> {
  const { pathname } = new URL(action!.redirect_to_url!.url!);
  await platform.fetch(pathname, {
    method: 'POST',
    headers: {
      host: `stripe.localhost:${platform.port}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: `action=${decision}`,
    redirect: 'manual',
  });
}

/** An intent in euros that waits for a bank transfer of its customer. */
export function payByTransfer(stripe: Stripe, customer: string, amount: number): Promise<Stripe.PaymentIntent> {
  return stripe.paymentIntents.create({
    amount,
    currency: 'eur',
    customer,
    allowed_payment_method_types: ['customer_balance'],
    payment_method_data: { type: 'customer_balance' },
    payment_method_options: {
      customer_balance: {
        funding_type: 'bank_transfer',
        bank_transfer: { type: 'eu_bank_transfer', eu_bank_transfer: { country: 'DE' } },
      },
    },
    confirm: true,
  });
}

/** A dispute once its bank has decided about it. */
export async function disputeOnceIt(
  stripe: Stripe,
  id: string,
  status: Stripe.Dispute.Status,
): Promise<Stripe.Dispute> {
  const is = async (): Promise<boolean> => (await stripe.disputes.retrieve(id)).status === status;
  await waitFor(`the dispute to be ${status}`, is);
  return stripe.disputes.retrieve(id);
}
