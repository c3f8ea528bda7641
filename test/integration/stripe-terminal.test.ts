import type Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../support/stripe';

let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());
beforeEach(() => running.platform.state.reset());

const ADDRESS = {
  line1: '1272 Valencia Street',
  city: 'San Francisco',
  state: 'CA',
  country: 'US',
  postal_code: '94110',
};

const locate = (more: Stripe.Terminal.LocationCreateParams = {}) =>
  stripe.terminal.locations.create({ display_name: 'HQ', address: ADDRESS, ...more });
const register = (more: Partial<Stripe.Terminal.ReaderCreateParams> = {}) =>
  stripe.terminal.readers.create({ registration_code: 'simulated-wpe', ...more });
const eventTypes = async (): Promise<string[]> =>
  (await stripe.events.list({ limit: 100 })).data.map(({ type }) => type as string);

describe('locations', () => {
  it('are made, changed, listed and deleted', async () => {
    const location = await locate({ metadata: { floor: '2' } });
    expect(location).toMatchObject({
      object: 'terminal.location',
      address: { ...ADDRESS, line2: null },
      display_name: 'HQ',
      livemode: false,
      metadata: { floor: '2' },
    });
    const changed = await stripe.terminal.locations.update(location.id, {
      display_name: 'Harbour',
      address: { ...ADDRESS, city: 'Oakland' },
      phone: '+15555550100',
    });
    expect(changed).toMatchObject({ display_name: 'Harbour', address: { city: 'Oakland', state: 'CA' } });
    expect(await stripe.terminal.locations.retrieve(location.id)).toEqual(
      expect.objectContaining({ phone: '+15555550100' }),
    );
    const other = await locate();
    const { data } = await stripe.terminal.locations.list();
    expect(data.map(({ id }) => id)).toEqual([other.id, location.id]);
    expect(await stripe.terminal.locations.del(location.id)).toEqual(
      expect.objectContaining({ id: location.id, object: 'terminal.location', deleted: true }),
    );
    expect(await stripe.terminal.locations.retrieve(location.id)).toMatchObject({ deleted: true });
    expect((await stripe.terminal.locations.list()).data).toHaveLength(1);
    expect(await failure(stripe.terminal.locations.update(location.id, { display_name: 'x' }))).toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
    });
  });

  it('have a name and an address', async () => {
    expect(await failure(stripe.terminal.locations.create({ display_name: 'HQ' }))).toMatchObject({
      code: 'parameter_missing',
      param: 'address',
    });
    expect(await failure(stripe.terminal.locations.create({ address: ADDRESS }))).toMatchObject({
      code: 'parameter_missing',
      param: 'display_name',
    });
  });

  it('are what a connection token may be for', async () => {
    const location = await locate();
    const token = await stripe.terminal.connectionTokens.create({ location: location.id });
    expect(token).toMatchObject({ object: 'terminal.connection_token', location: location.id });
    expect(token.secret).toMatch(/^pst_test_/);
    expect(await failure(stripe.terminal.connectionTokens.create({ location: 'tml_none' }))).toMatchObject({
      code: 'resource_missing',
      param: 'location',
      statusCode: 400,
    });
  });
});

describe('configurations', () => {
  it('begin with that of the account, which stays', async () => {
    const { data } = await stripe.terminal.configurations.list({ is_account_default: true });
    expect(data).toMatchObject([{ object: 'terminal.configuration', is_account_default: true, name: null }]);
    const changed = await stripe.terminal.configurations.update(data[0]!.id, { offline: { enabled: true } });
    expect(changed).toMatchObject({ offline: { enabled: true } });
    expect(await failure(stripe.terminal.configurations.del(data[0]!.id))).toMatchObject({ statusCode: 400 });
    expect((await stripe.terminal.configurations.list({ is_account_default: true })).data).toEqual([changed]);
  });

  it('override it for a location', async () => {
    const configuration = await stripe.terminal.configurations.create({
      name: 'Bar',
      tipping: { usd: { percentages: [10, 15, 20], fixed_amounts: [100, 200, 300], smart_tip_threshold: 1000 } },
      reboot_window: { start_hour: 2, end_hour: 3 },
    });
    expect(configuration).toMatchObject({ is_account_default: false, tipping: { usd: { percentages: [10, 15, 20] } } });
    const location = await locate({ configuration_overrides: configuration.id });
    expect(location.configuration_overrides).toBe(configuration.id);
    const without = await stripe.terminal.configurations.update(configuration.id, { tipping: '', name: 'Counter' });
    expect(without).toMatchObject({ name: 'Counter', reboot_window: { start_hour: 2, end_hour: 3 } });
    expect(without).not.toHaveProperty('tipping');
    expect(await stripe.terminal.configurations.del(configuration.id)).toMatchObject({ deleted: true });
    expect(await stripe.terminal.locations.retrieve(location.id)).not.toHaveProperty('configuration_overrides');
  });

  it.each([
    [{ reboot_window: { start_hour: 24, end_hour: 3 } }, 'reboot_window[start_hour]'],
    [{ tipping: { usd: { percentages: [101] } } }, 'tipping[usd][percentages]'],
    [{ stripe_s700: { splashscreen: 'file_none' } }, 'stripe_s700[splashscreen]'],
  ])('refuse %j', async (given, param) => {
    expect(await failure(stripe.terminal.configurations.create(given))).toMatchObject({ statusCode: 400, param });
    expect((await stripe.terminal.configurations.list({ is_account_default: false })).data).toEqual([]);
  });
});

describe('readers', () => {
  it('are registered by the codes of simulated ones', async () => {
    const location = await locate();
    const reader = await register({ location: location.id, label: 'Blue Rabbit' });
    expect(reader).toMatchObject({
      object: 'terminal.reader',
      action: null,
      device_type: 'simulated_wisepos_e',
      ip_address: '0.0.0.0',
      label: 'Blue Rabbit',
      location: location.id,
      status: 'online',
    });
    expect(reader.serial_number).toMatch(/^simulated-wpe-/);
    const other = await register({ registration_code: 'simulated-s700' });
    expect(other).toMatchObject({ device_type: 'simulated_stripe_s700', label: other.serial_number, location: null });
    expect(await failure(register({ registration_code: 'puppies-plug-could' }))).toMatchObject({
      statusCode: 400,
      param: 'registration_code',
    });
    expect(await failure(register({ location: 'tml_none' }))).toMatchObject({ param: 'location' });
    expect(await stripe.terminal.readers.retrieve(reader.id, { expand: ['location'] })).toMatchObject({
      location: { id: location.id, display_name: 'HQ' },
    });
  });

  it('are listed by what they are and where', async () => {
    const location = await locate();
    const here = await register({ location: location.id });
    const there = await register({ registration_code: 'simulated-s700', metadata: { simulate: 'offline' } });
    const found = async (by: Stripe.Terminal.ReaderListParams): Promise<string[]> =>
      (await stripe.terminal.readers.list(by)).data.map(({ id }) => id);
    expect(await found({})).toEqual([there.id, here.id]);
    expect(await found({ location: location.id })).toEqual([here.id]);
    expect(await found({ device_type: 'simulated_stripe_s700' })).toEqual([there.id]);
    expect(await found({ serial_number: here.serial_number })).toEqual([here.id]);
    expect(await found({ status: 'offline' })).toEqual([there.id]);
    expect(await found({ status: 'online', device_type: 'simulated_stripe_s700' })).toEqual([]);
  });

  it('are changed and deleted', async () => {
    const reader = await register({ label: 'One' });
    expect(await stripe.terminal.readers.update(reader.id, { label: 'Two', metadata: { a: 'b' } })).toMatchObject({
      label: 'Two',
      metadata: { a: 'b' },
    });
    expect(await stripe.terminal.readers.update(reader.id, { label: '' })).toMatchObject({
      label: reader.serial_number,
      metadata: { a: 'b' },
    });
    expect(await stripe.terminal.readers.del(reader.id)).toEqual(
      expect.objectContaining({ id: reader.id, deleted: true, device_type: 'simulated_wisepos_e' }),
    );
    expect((await stripe.terminal.readers.list()).data).toEqual([]);
    expect(await failure(stripe.terminal.readers.cancelAction(reader.id))).toMatchObject({ statusCode: 404 });
  });

  it('show a cart, and nothing any more when that is canceled', async () => {
    const reader = await register();
    const cart = {
      currency: 'usd',
      line_items: [{ amount: 100, description: 'Tea', quantity: 1 }],
      tax: 8,
      total: 108,
    };
    const begun = await stripe.terminal.readers.setReaderDisplay(reader.id, { type: 'cart', cart });
    expect(begun.action).toMatchObject({
      type: 'set_reader_display',
      status: 'in_progress',
      set_reader_display: { type: 'cart', cart },
    });
    expect(await stripe.terminal.readers.retrieve(reader.id)).toMatchObject({ action: { status: 'succeeded' } });
    expect(await eventTypes()).toContain('terminal.reader.action_succeeded');
    expect(await stripe.terminal.readers.cancelAction(reader.id)).toMatchObject({ action: null });
  });

  it.each(['busy', 'offline', 'timeout'])('do nothing while they are told to simulate %s', async (simulate) => {
    const reader = await register({ metadata: { simulate } });
    const call = stripe.terminal.readers.setReaderDisplay(reader.id, {
      type: 'cart',
      cart: { currency: 'usd', line_items: [{ amount: 1, description: 'Tea', quantity: 1 }], total: 1 },
    });
    expect(await failure(call)).toMatchObject({
      statusCode: 400,
      type: 'StripeInvalidRequestError',
      code: `terminal_reader_${simulate}`,
    });
    await stripe.terminal.readers.update(reader.id, { metadata: { simulate: '' } });
    expect(await stripe.terminal.readers.cancelAction(reader.id)).toMatchObject({ status: 'online' });
  });
});

describe('inputs on a reader', () => {
  const INPUTS: Stripe.Terminal.ReaderCollectInputsParams['inputs'] = [
    { type: 'email', custom_text: { title: 'Your email' }, required: true },
    {
      type: 'selection',
      custom_text: { title: 'Size', submit_button: 'Go' },
      selection: {
        choices: [
          { id: 's', text: 'Small', style: 'primary' },
          { id: 'l', text: 'Large' },
        ],
      },
      toggles: [{ title: 'Gift', default_value: 'enabled' }],
    },
    { type: 'signature', custom_text: { title: 'Sign here' } },
  ];
  const ask = (reader: string) =>
    stripe.terminal.readers.collectInputs(reader, { inputs: INPUTS, metadata: { order: '6' } });

  it('come as a person enters them', async () => {
    const { id } = await register();
    const { action } = await ask(id);
    expect(action).toMatchObject({
      type: 'collect_inputs',
      status: 'in_progress',
      collect_inputs: {
        metadata: { order: '6' },
        inputs: [
          { type: 'email', required: true, email: { value: null } },
          { type: 'selection', required: false, toggles: [{ value: null }] },
          { type: 'signature' },
        ],
      },
    });
    const done = await stripe.testHelpers.terminal.readers.succeedInputCollection(id);
    const [email, selection, signature] = done.action!.collect_inputs!.inputs;
    expect(done.action!.status).toBe('succeeded');
    expect(email!.email!.value).toMatch(/@/);
    expect(selection).toMatchObject({
      selection: { id: 's', text: 'Small' },
      skipped: false,
      toggles: [{ title: 'Gift', value: 'enabled' }],
    });
    expect(await stripe.files.retrieve(signature!.signature!.value!)).toMatchObject({ type: 'svg' });
    expect(await eventTypes()).toContain('terminal.reader.action_succeeded');
  });

  it('are skipped where they may be', async () => {
    const { id } = await register();
    await ask(id);
    const done = await stripe.testHelpers.terminal.readers.succeedInputCollection(id, {
      skip_non_required_inputs: 'all',
    });
    expect(done.action!.collect_inputs!.inputs.map(({ skipped }) => skipped)).toEqual([false, true, true]);
  });

  it('fail when nobody enters anything', async () => {
    const { id } = await register();
    await ask(id);
    const timedOut = await stripe.testHelpers.terminal.readers.timeoutInputCollection(id);
    expect(timedOut.action).toMatchObject({ status: 'failed', type: 'collect_inputs' });
    expect(timedOut.action!.failure_code).toMatch(/timeout/);
    expect(await eventTypes()).toContain('terminal.reader.action_failed');
    expect(await failure(stripe.testHelpers.terminal.readers.timeoutInputCollection(id))).toMatchObject({
      statusCode: 400,
    });
  });
});
