import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type Stripe from 'stripe';
import { freePort } from '../../src/host/free-port';
import { COMPLETE_ACCOUNT, startStripe, type RunningStripe } from '../support/stripe';
import { describeWithStripeCli, STRIPE_CLI } from '../support/stripe-command-line';
import { temporaryDirectory } from '../support/temporary-directory';
import { waitFor } from '../support/wait-for';
import { webhookReceiver } from '../support/webhook-receiver';

const KEY = 'sk_test_123456789012';

/** Some of what `stripe trigger` knows; `npm run bench:stripe-triggers` runs all. */
const TRIGGERS = [
  'cash_balance.funds_available',
  'charge.refunded',
  'checkout.session.completed',
  'customer.created',
  'customer.subscription.created',
  'identity.verification_session.redacted',
  'invoice.paid',
  'issuing_authorization.request',
  'issuing_transaction.created',
  'payment_intent.partially_funded',
  'payment_intent.succeeded',
  'plan.updated',
  'price.created',
  'product.created',
];

let running: RunningStripe;
let base: string;
let home: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  const port = await freePort();
  running = await startStripe({ port });
  // The command line has no path before `/v1`: it needs the port of its own, or the host `stripe.localhost`.
  base = `http://127.0.0.1:${port}`;
  home = temporaryDirectory();
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.kill()) await once(child, 'close');
  }
  await running.platform.state.reset();
});
afterAll(() => running.close());

interface CommandLine {
  readonly child: ChildProcess;
  /** What it has printed so far. */
  readonly printed: () => string;
}

function start(args: readonly string[]): CommandLine {
  const child = spawn(STRIPE_CLI!, [...args, '--api-key', KEY, '--api-base', base, '--color', 'off'], {
    env: { PATH: process.env.PATH ?? '', HOME: home, STRIPE_CLI_TELEMETRY_OPTOUT: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  return { child, printed: () => text };
}

/** Runs a command to its end, and gives what it printed. Fails where it fails. */
async function run(...args: readonly string[]): Promise<string> {
  const { child, printed } = start(args);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`stripe ${args.join(' ')} ended with ${code}: ${printed()}`);
  return printed();
}

async function listen(...options: readonly string[]): Promise<CommandLine & { readonly secret: string }> {
  const listening = start([
    'listen',
    '--skip-update',
    ...(options.includes('--events') ? [] : ['--all-snapshot']),
    ...options,
  ]);
  await waitFor('the command line to be ready', () => listening.printed().includes('Ready!'), 15_000);
  const [secret = ''] = /whsec_\w+/.exec(listening.printed()) ?? [];
  return { ...listening, secret };
}

describeWithStripeCli("Stripe's command line", () => {
  it('forwards events that the SDK takes, and says how they were answered', async () => {
    const receiver = await webhookReceiver();
    receiver.answer = 202;
    const { secret, printed } = await listen('--forward-to', receiver.url('/hook'));
    expect(await run('listen', '--print-secret')).toContain(secret);
    const { id } = await running.stripe.customers.create({ name: 'Ada' });
    await receiver.has(1);
    const { text, headers, path } = receiver.received[0]!;
    const event = running.stripe.webhooks.constructEvent(text, headers['stripe-signature'] as string, secret);
    expect(path).toBe('/hook');
    expect(event).toMatchObject({ type: 'customer.created', data: { object: { id, name: 'Ada' } } });
    await waitFor('the answer to be shown', () => printed().includes('[202]'));
    expect(printed()).toContain(`customer.created [${event.id}]`);
  });

  it('forwards only the events that it is told to', async () => {
    const receiver = await webhookReceiver();
    await listen('--forward-to', receiver.url(), '--events', 'product.created');
    await running.stripe.customers.create();
    await run('trigger', 'product.created');
    await receiver.has(1);
    expect(receiver.texts.map((text) => (JSON.parse(text) as Stripe.Event).type)).toEqual(['product.created']);
  });

  it('forwards each event once, in the newest version too', async () => {
    const receiver = await webhookReceiver();
    await listen('--forward-to', receiver.url(), '--latest');
    await running.stripe.customers.create({ name: 'a' });
    await receiver.has(1);
    await running.stripe.customers.create({ name: 'b' });
    await receiver.has(2);
    expect(
      receiver.texts.map((text) => ((JSON.parse(text) as Stripe.Event).data.object as Stripe.Customer).name),
    ).toEqual(['a', 'b']);
  });

  it('listens on when the state is reset', async () => {
    const receiver = await webhookReceiver();
    await listen('--forward-to', receiver.url());
    await running.platform.state.reset();
    const { id } = await running.stripe.customers.create();
    await waitFor('the event', () => receiver.texts.some((text) => text.includes(id)), 15_000);
  });

  it.each(TRIGGERS)('triggers %s', async (type) => {
    expect(await run('trigger', type)).toContain('Trigger succeeded!');
    expect((await running.stripe.events.list({ type })).data).not.toHaveLength(0);
  });

  it('reads, writes and deletes', async () => {
    const made = JSON.parse(await run('post', '/v1/customers', '-d', 'name=Ada', '--confirm')) as Stripe.Customer;
    expect(made).toMatchObject({ object: 'customer', name: 'Ada' });
    expect(JSON.parse(await run('get', made.id))).toMatchObject({ id: made.id });
    expect(await run('customers', 'list', '--limit', '3')).toContain(made.id);
    expect(JSON.parse(await run('delete', `/v1/customers/${made.id}`, '--confirm'))).toMatchObject({ deleted: true });
  });

  it('resends an event', async () => {
    const receiver = await webhookReceiver();
    await running.stripe.customers.create();
    const [event] = (await running.stripe.events.list()).data;
    const { id } = await running.stripe.webhookEndpoints.create({ url: receiver.url(), enabled_events: ['*'] });
    await run('events', 'resend', event!.id, '--webhook-endpoint', id);
    await receiver.has(1);
    expect(JSON.parse(receiver.texts[0]!)).toMatchObject({ id: event!.id });
  });

  it('acts for a connected account, and forwards what happens there to an address of its own', async () => {
    const [own, connected] = [await webhookReceiver(), await webhookReceiver()];
    const { id: account } = await running.stripe.accounts.create(COMPLETE_ACCOUNT);
    await listen('--forward-to', own.url(), '--forward-connect-to', connected.url());
    const made = JSON.parse(
      await run('post', '/v1/customers', '-d', 'name=Theirs', '--stripe-account', account, '--confirm'),
    ) as Stripe.Customer;
    expect(JSON.parse(await run('get', made.id, '--stripe-account', account))).toMatchObject({ name: 'Theirs' });
    expect(await run('get', made.id)).toContain('resource_missing');
    await connected.has(1);
    expect(JSON.parse(connected.texts[0]!)).toMatchObject({ type: 'customer.created', account });
    expect(own.received).toHaveLength(0);
  });

  it('asks for a version of the API, and expands', async () => {
    const { id } = await running.stripe.paymentIntents.create({
      amount: 700,
      currency: 'usd',
      payment_method: 'pm_card_visa',
      allowed_payment_method_types: ['card'],
      confirm: true,
    });
    const former = JSON.parse(
      await run('get', `/v1/payment_intents/${id}`, '--stripe-version', '2020-08-27'),
    ) as object;
    expect(former).toMatchObject({ charges: { data: [{ amount: 700 }] } });
    const expanded = JSON.parse(await run('get', `/v1/payment_intents/${id}`, '--expand', 'latest_charge')) as object;
    expect(expanded).toMatchObject({ latest_charge: { object: 'charge' } });
  });

  it('triggers with other values, and with more of them', async () => {
    await run('trigger', 'customer.created', '--override', 'customer:name=Zoe', '--add', 'customer:metadata.a=1');
    const { data } = await running.stripe.customers.list();
    expect(data[0]).toMatchObject({ name: 'Zoe', metadata: { a: '1' } });
  });

  it('shows the log of requests', async () => {
    const { printed } = start(['logs', 'tail']);
    await waitFor('the log to be followed', () => printed().includes('Ready!'), 15_000);
    await running.stripe.customers.create();
    await running.stripe.customers.retrieve('cus_none').catch(() => undefined);
    await waitFor(
      'both requests',
      () => /\[200\].*POST.*\/v1\/customers/.test(printed()) && printed().includes('[404]'),
    );
  });
});
