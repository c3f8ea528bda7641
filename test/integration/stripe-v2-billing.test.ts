import type Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../support/stripe';
import { webhookReceiver } from '../support/webhook-receiver';

let running: RunningStripe;
let stripe: Stripe;
let meter: Stripe.Billing.Meter;
let customer: string;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
}, 60_000);

afterAll(() => running.close());

beforeEach(async () => {
  await running.platform.state.reset();
  meter = await stripe.billing.meters.create({
    display_name: 'Calls',
    event_name: 'calls',
    default_aggregation: { formula: 'sum' },
  });
  ({ id: customer } = await stripe.customers.create());
});

async function usage(): Promise<number> {
  const now = Math.floor(Date.now() / 60_000) * 60;
  const { data } = await stripe.billing.meters.listEventSummaries(meter.id, {
    customer,
    start_time: now - 3600,
    end_time: now + 3600,
  });
  return data[0]?.aggregated_value ?? 0;
}

const report = (value: string, more: Partial<Stripe.V2.Billing.MeterEventCreateParams> = {}) => ({
  event_name: 'calls',
  payload: { stripe_customer_id: customer, value },
  ...more,
});

/** The token of a new session is the key of the client that streams. */
async function streaming(): Promise<Stripe> {
  const session = await stripe.v2.billing.meterEventSession.create();
  expect(session).toMatchObject({ object: 'v2.billing.meter_event_session', livemode: false });
  expect(Date.parse(session.expires_at) - Date.parse(session.created)).toBe(15 * 60 * 1000);
  return running.client({ key: session.authentication_token });
}

describe('a meter event of version 2', () => {
  it('feeds the meters of version 1, and is taken back', async () => {
    const event = await stripe.v2.billing.meterEvents.create(
      report('5', { identifier: 'one', timestamp: new Date(Date.now() - 60_000).toISOString() }),
    );
    expect(event).toMatchObject({
      object: 'v2.billing.meter_event',
      event_name: 'calls',
      identifier: 'one',
      payload: { stripe_customer_id: customer, value: '5' },
      livemode: false,
    });
    expect(Date.parse(event.timestamp)).toBeLessThan(Date.parse(event.created));
    await stripe.billing.meterEvents.create({ ...report('2') } as Stripe.Billing.MeterEventCreateParams);
    expect(await usage()).toBe(7);
    const adjustment = await stripe.v2.billing.meterEventAdjustments.create({
      event_name: 'calls',
      type: 'cancel',
      cancel: { identifier: 'one' },
    });
    expect(adjustment).toMatchObject({
      object: 'v2.billing.meter_event_adjustment',
      status: 'complete',
      type: 'cancel',
      cancel: { identifier: 'one' },
    });
    expect(await usage()).toBe(2);
  });

  it('is refused with the code of what is wrong', async () => {
    const { meterEvents } = stripe.v2.billing;
    await meterEvents.create(report('1', { identifier: 'one' }));
    const day = 24 * 60 * 60 * 1000;
    const cases: [Stripe.V2.Billing.MeterEventCreateParams, string][] = [
      [report('1', { identifier: 'one' }), 'duplicate_meter_event'],
      [report('1', { event_name: 'others' }), 'no_meter'],
      [report('many'), 'meter_event_invalid_value'],
      [report('12345678901234567890'), 'meter_event_value_too_many_digits'],
      [report('1', { payload: { value: '1' } }), 'meter_event_no_customer_defined'],
      [report('1', { payload: { value: '1', stripe_customer_id: 'cus_none' } }), 'meter_event_customer_not_found'],
      [report('1', { timestamp: new Date(Date.now() - 40 * day).toISOString() }), 'timestamp_too_far_in_past'],
      [report('1', { timestamp: new Date(Date.now() + day).toISOString() }), 'timestamp_in_future'],
    ];
    for (const [given, code] of cases)
      expect(await failure(meterEvents.create(given))).toMatchObject({ statusCode: 400, code });
    await stripe.billing.meters.deactivate(meter.id);
    expect(await failure(meterEvents.create(report('1')))).toMatchObject({ code: 'archived_meter' });
  });
});

describe('the stream of meter events', () => {
  it('takes many at once, with the token of a session', async () => {
    const client = await streaming();
    const events = Array.from({ length: 100 }, () => report('1'));
    await client.v2.billing.meterEventStream.create({ events });
    expect(await usage()).toBe(100);
    expect(
      await failure(client.v2.billing.meterEventStream.create({ events: [...events, report('1')] })),
    ).toMatchObject({ code: 'invalid_fields' });
    expect(await failure(client.v2.core.events.list())).toMatchObject({ statusCode: 401 });
    expect(await failure(stripe.v2.billing.meterEventStream.create({ events }))).toMatchObject({ statusCode: 401 });
  });

  it('names the sandbox that its session was made in', async () => {
    const other = running.client({ key: 'sk_test_sandbox_three' });
    const made = await other.billing.meters.create({
      display_name: 'Calls',
      event_name: 'calls',
      default_aggregation: { formula: 'count' },
    });
    const { id } = await other.customers.create();
    const session = await other.v2.billing.meterEventSession.create();
    const client = running.client({ key: session.authentication_token });
    await client.v2.billing.meterEventStream.create({
      events: [{ event_name: 'calls', payload: { stripe_customer_id: id, value: '1' } }],
    });
    const now = Math.floor(Date.now() / 60_000) * 60;
    const { data } = await other.billing.meters.listEventSummaries(made.id, {
      customer: id,
      start_time: now - 60,
      end_time: now + 60,
    });
    expect(data[0]?.aggregated_value).toBe(1);
    expect(await usage()).toBe(0);
  });

  it('ends with its session', async () => {
    const client = await streaming();
    await running.platform.clock.advance('16m');
    expect(await failure(client.v2.billing.meterEventStream.create({ events: [report('1')] }))).toMatchObject({
      type: 'TemporarySessionExpiredError',
      code: 'billing_meter_event_session_expired',
    });
  });

  it('tells by events what did not count', async () => {
    const receiver = await webhookReceiver();
    const destination = await stripe.v2.core.eventDestinations.create({
      name: 'usage',
      type: 'webhook_endpoint',
      event_payload: 'thin',
      enabled_events: ['v1.billing.meter.error_report_triggered', 'v1.billing.meter.no_meter_found'],
      webhook_endpoint: { url: receiver.url() },
      include: ['webhook_endpoint.signing_secret'],
    });
    const client = await streaming();
    await client.v2.billing.meterEventStream.create({
      events: [
        report('2'),
        report('many', { identifier: 'a' }),
        report('1', { payload: { value: '1' }, identifier: 'b' }),
        report('some', { identifier: 'c' }),
        report('1', { event_name: 'others', identifier: 'd' }),
      ],
    });
    expect(await usage()).toBe(2);
    await receiver.has(2);
    const secret = destination.webhook_endpoint!.signing_secret!;
    const notifications = receiver.received.map(({ text, headers }) =>
      stripe.parseEventNotification(text, headers['stripe-signature'] as string, secret),
    );
    for (const notification of notifications) {
      if (notification.type === 'v1.billing.meter.error_report_triggered') {
        expect((await notification.fetchRelatedObject()).id).toBe(meter.id);
        const { data } = await notification.fetchEvent();
        expect(data).toMatchObject({
          developer_message_summary: 'There are 3 invalid events',
          reason: {
            error_count: 3,
            error_types: [
              {
                code: 'meter_event_invalid_value',
                error_count: 2,
                sample_errors: [{ request: { identifier: 'a' } }, { request: { identifier: 'c' } }],
              },
              { code: 'meter_event_no_customer_defined', error_count: 1 },
            ],
          },
        });
      } else {
        expect(notification.type).toBe('v1.billing.meter.no_meter_found');
        const { data } = (await notification.fetchEvent()) as Stripe.Events.V1BillingMeterNoMeterFoundEvent;
        expect(data.reason).toMatchObject({ error_count: 1, error_types: [{ code: 'no_meter' }] });
      }
    }
  });
});
