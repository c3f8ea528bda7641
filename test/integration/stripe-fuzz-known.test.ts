import { join } from 'node:path';
import type Stripe from 'stripe';
import { HOSTILE, isWellFormed } from '../support/hostile-forms';
import { activeCard, bookedForIssuing, fundIssuing, issuingBalance } from '../support/issuing';
import { REPOSITORY } from '../support/run-platform';
import { startStripe, type RunningStripe } from '../support/stripe';

interface Operation {
  readonly key: string;
  readonly method: string;
  readonly path: string;
}

const { loadSpec } = jest.requireActual<{ loadSpec: () => { operations: readonly Operation[] } }>(
  join(REPOSITORY, 'extensions', 'stripe', 'dist', 'spec', 'spec.js'),
);

/** What is nearly right. */
const ODD: readonly string[] = [
  '',
  'amount=0',
  'amount=1',
  'amount=-5',
  'amount=99999999999',
  'capture_amount=0',
  'capture_amount=999999999',
  'close_authorization=false',
  'reverse_amount=0',
  'increment_amount=-1',
  'increment_amount=999999999999',
  'final_amount=-1',
  'refund_amount=99999999',
  'confirmed=true',
  'status=active',
  'status=canceled&cancellation_reason=lost',
  'spending_controls[spending_limits][0][amount]=-1&spending_controls[spending_limits][0][interval]=daily',
  'evidence[reason]=fraudulent&evidence[fraudulent]=',
  'evidence[reason]=canceled&evidence[canceled][canceled_at]=',
  'metadata[a]=b',
  'metadata=',
  'label=',
  'type=card',
  'type=card_present&card_present[number]=1',
  'type=interac_present',
  'amount_tip=-1',
  'card[number]=4242424242424242&card[exp_month]=13&card[exp_year]=1&type=card',
  'inputs[0][type]=selection&inputs[0][custom_text][title]=x',
  'rejection_reasons[card_logo][0]=other',
  'preferences[is_default]=true&lookup_key=a',
  'tipping=&wifi=&name=',
  'reboot_window[start_hour]=99&reboot_window[end_hour]=1',
  'expand[]=card&expand[]=cardholder',
];

let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

async function send(method: string, path: string, form: string): Promise<{ status: number; text: string }> {
  const isGet = method !== 'POST';
  const response = await running.platform.fetch(
    `http://stripe.localhost${path}${isGet ? `?${form.replaceAll('#', '')}` : ''}`,
    {
      method,
      headers: { authorization: 'Bearer sk_test_fuzz', 'content-type': 'application/x-www-form-urlencoded' },
      ...(isGet ? {} : { body: form }),
    },
  );
  return { status: response.status, text: await response.text() };
}

const LONGEST_QUERY = 8 * 1024;

/** One of each, as it is before anybody asks badly. */
async function make(): Promise<Readonly<Record<string, string>>> {
  await running.platform.state.reset();
  await fundIssuing(stripe, 1_000_000);
  const card = await activeCard(stripe);
  const authorization = await stripe.testHelpers.issuing.authorizations.create({
    card: card.id,
    amount: 1000,
    wallet: 'apple_pay',
  });
  const transaction = await stripe.testHelpers.issuing.transactions.createForceCapture({ card: card.id, amount: 900 });
  const dispute = await stripe.issuing.disputes.create({ transaction: transaction.id });
  const [bundle] = (await stripe.issuing.physicalBundles.list()).data;
  const design = await stripe.issuing.personalizationDesigns.create({ physical_bundle: bundle!.id });
  const location = await stripe.terminal.locations.create({ display_name: 'HQ', address: { country: 'US' } });
  const configuration = await stripe.terminal.configurations.create({ name: 'Bar' });
  const reader = await stripe.terminal.readers.create({ registration_code: 'simulated-wpe', location: location.id });
  const intent = await stripe.paymentIntents.create({
    amount: 1000,
    currency: 'usd',
    allowed_payment_method_types: ['card_present', 'card'],
  });
  await stripe.terminal.readers.processPaymentIntent(reader.id, { payment_intent: intent.id });
  return {
    authorization: authorization.id,
    card: card.id,
    cardholder: card.cardholder.id,
    configuration: configuration.id,
    dispute: dispute.id,
    location: location.id,
    personalization_design: design.id,
    physical_bundle: bundle!.id,
    reader: reader.id,
    token: authorization.token as string,
    transaction: transaction.id,
  };
}

it('never fails by itself about cards and readers that there are, and its money adds up', async () => {
  const wrong: string[] = [];
  const operations = loadSpec().operations.filter(({ path }) => /\/(issuing|terminal)\//.test(path));
  expect(operations.length).toBeGreaterThan(70);
  for (const { key, method, path } of operations) {
    const known = await make();
    const target = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => known[name] ?? 'none_1');
    for (const form of [...HOSTILE, ...ODD].filter((each) => method === 'POST' || each.length < LONGEST_QUERY)) {
      const { status, text } = await send(method, target, form);
      if (status >= 500 || !isWellFormed(status, text))
        wrong.push(`${key} ${form.slice(0, 80)}: ${status} ${text.slice(0, 200)}`);
    }
    if ((await bookedForIssuing(stripe)) !== (await issuingBalance(stripe))) wrong.push(`${key}: money is missing`);
  }
  expect(wrong).toEqual([]);
  expect(running.platform.errors).toEqual([]);
}, 240_000);
