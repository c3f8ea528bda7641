import type Stripe from 'stripe';
import { failure, onboard, startStripe, type RunningStripe } from '../support/stripe';

let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
}, 60_000);

afterAll(() => running.close());
beforeEach(() => running.platform.state.reset());

/** A page that the API gave, as this machine reaches it. */
function visit(url: string, form?: Record<string, string>): Promise<Response> {
  const { pathname, search } = new URL(url);
  return fetch(`http://127.0.0.1:${running.platform.port}/stripe${pathname.replace(/^\/stripe/, '')}${search}`, {
    redirect: 'manual',
    ...(form && { method: 'POST', body: new URLSearchParams(form) }),
  });
}

it('an identity verification says what its person is known by, and needs a type', async () => {
  const known = { email: 'jenny@example.com', phone: '+15555550100' };
  const { id, provided_details } = await stripe.identity.verificationSessions.create({
    type: 'id_number',
    provided_details: known,
  });
  expect(provided_details).toEqual(known);
  const changed = await stripe.identity.verificationSessions.update(id, {
    provided_details: { email: 'a@example.com' },
  });
  expect(changed.provided_details).toEqual({ ...known, email: 'a@example.com' });
  expect(await failure(stripe.identity.verificationSessions.create({}))).toMatchObject({
    statusCode: 400,
    code: 'parameter_missing',
    param: 'type',
  });
});

describe('the page of an identity verification', () => {
  const sessions = (): Stripe.Identity.VerificationSessionResource => stripe.identity.verificationSessions;

  it('is completed with what is verified', async () => {
    const session = await sessions().create({
      type: 'document',
      return_url: 'http://localhost/back',
      provided_details: { email: 'jenny@example.com' },
    });
    expect(await (await visit(session.url!)).text()).toContain('Verify your identity');
    const answer = await visit(session.url!, { outcome: 'verified', first_name: 'Ada', last_name: 'Lovelace' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, 'http://localhost/back']);
    const verified = await sessions().retrieve(session.id, {
      expand: ['verified_outputs', 'last_verification_report'],
    });
    expect(verified).toMatchObject({
      status: 'verified',
      url: null,
      last_error: null,
      verified_outputs: { first_name: 'Ada', last_name: 'Lovelace' },
      last_verification_report: {
        object: 'identity.verification_report',
        type: 'document',
        document: { status: 'verified', first_name: 'Ada' },
        verification_session: session.id,
      },
    });
    const reports = await stripe.identity.verificationReports.list({ verification_session: session.id });
    const [report] = reports.data;
    expect(await stripe.identity.verificationReports.retrieve(report!.id)).toMatchObject({ id: report!.id });
    const { data } = await stripe.events.list({ types: ['identity.verification_session.*'] });
    expect(data.map(({ type }) => type)).toEqual([
      'identity.verification_session.verified',
      'identity.verification_session.processing',
      'identity.verification_session.created',
    ]);
    await expect(visit(session.url!, { outcome: 'verified' }).then(({ status }) => status)).resolves.toBe(400);
  });

  it('asks again where something cannot be verified', async () => {
    const session = await sessions().create({ type: 'document' });
    await visit(session.url!, { outcome: 'document_expired' });
    expect(await sessions().retrieve(session.id)).toMatchObject({
      status: 'requires_input',
      last_error: { code: 'document_expired', reason: expect.any(String) as string },
    });
    const events = await stripe.events.list({ type: 'identity.verification_session.requires_input' });
    expect(events.data).toHaveLength(1);
    await visit(session.url!, { outcome: 'verified' });
    expect(await sessions().retrieve(session.id)).toMatchObject({ status: 'verified', last_error: null });
  });
});

describe('the page of micro-deposits', () => {
  const bank = {
    type: 'us_bank_account',
    us_bank_account: { account_holder_type: 'individual', account_number: '000123456789', routing_number: '110000000' },
    billing_details: { name: 'Ada', email: 'ada@example.com' },
  } as const;

  it.each(['payment_intent', 'setup_intent'] as const)('verifies the account of a %s', async (kind) => {
    const shared = {
      payment_method_data: bank,
      allowed_payment_method_types: ['us_bank_account'],
      payment_method_options: { us_bank_account: { verification_method: 'microdeposits' } },
      mandate_data: { customer_acceptance: { type: 'offline' } },
      confirm: true,
    } as const;
    const intent =
      kind === 'payment_intent'
        ? await stripe.paymentIntents.create({ amount: 900, currency: 'usd', ...shared } as never)
        : await stripe.setupIntents.create(shared as never);
    expect(intent.status).toBe('requires_action');
    const url = intent.next_action!.verify_with_microdeposits!.hosted_verification_url;
    expect(await (await visit(url)).text()).toContain('Verify your bank account');
    const wrong = await visit(url, { descriptor_code: 'SM0000' });
    expect([wrong.status, (await wrong.text()).includes('does not match')]).toEqual([200, true]);
    expect((await visit(url, { descriptor_code: 'SM11AA' })).status).toBe(200);
    const after =
      kind === 'payment_intent'
        ? await stripe.paymentIntents.retrieve(intent.id)
        : await stripe.setupIntents.retrieve(intent.id);
    expect(['processing', 'succeeded']).toContain(after.status);
  });
});

it('shows the owner of an Express account what it has', async () => {
  const account = await stripe.accounts.create({
    type: 'express',
    country: 'US',
    capabilities: { transfers: { requested: true } },
  });
  await onboard(running, account.id);
  const { url } = await stripe.accounts.createLoginLink(account.id);
  const text = await (await visit(url)).text();
  expect(text).toContain(account.id);
  expect(text).toContain('Nothing is missing');
  expect((await visit(url.replace(account.id, 'acct_none'))).status).toBe(404);
});
