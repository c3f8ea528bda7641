/** Readers: https://docs.stripe.com/terminal/fleet/register-readers. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { soon } from '../kernel/soon';
import { begin, reachable, readerTable, succeed, troubleOf } from './reader-action';

type Reader = Stripe.Terminal.Reader;

/** The codes of readers that there are only in tests. */
const SIMULATED: Readonly<Record<string, string>> = {
  'simulated-wpe': 'simulated_wisepos_e',
  'simulated-s700': 'simulated_stripe_s700',
  'simulated-s710': 'simulated_stripe_s710',
  'simulated-t600': 'simulated_stripe_t600',
  'simulated-m425': 'simulated_verifone_m425',
  'simulated-p630': 'simulated_verifone_p630',
  'simulated-ux700': 'simulated_verifone_ux700',
  'simulated-v660p': 'simulated_verifone_v660p',
};

/** https://docs.stripe.com/api/terminal/readers */
export const terminalReaders: DefineModule = (stripe) => {
  const table = readerTable(stripe);
  return {
    operations: {
      'POST /v1/terminal/readers': ({ params }) =>
        register(stripe, params as unknown as Stripe.Terminal.ReaderCreateParams),
      'GET /v1/terminal/readers': ({ url, params }) => {
        const { location, serial_number, device_type, status } = params as Stripe.Terminal.ReaderListParams;
        return table.page(url, params, { by: { location, serial_number, device_type, status } });
      },
      'GET /v1/terminal/readers/{reader}': ({ path }) => table.get(path['reader']!),
      'POST /v1/terminal/readers/{reader}': ({ path, params }) => {
        const { label, metadata } = params as Stripe.Terminal.ReaderUpdateParams;
        const { id } = table.get(path['reader']!, 'reader');
        return table.update(id, (before) => {
          const merged = mergeMetadata(before.metadata, metadata);
          return {
            ...(label !== undefined && { label: label || before.serial_number }),
            metadata: merged,
            status: statusOf(merged),
          };
        });
      },
      'DELETE /v1/terminal/readers/{reader}': ({ path }) => {
        const { id, device_type, serial_number } = table.get(path['reader']!, 'reader');
        const gone = { id, object: 'terminal.reader', deleted: true, device_type, serial_number } as const;
        return table.replace(id, gone as unknown as Reader);
      },
      'POST /v1/terminal/readers/{reader}/set_reader_display': ({ path, params }) => {
        const { cart, type } = params as unknown as Stripe.Terminal.ReaderSetReaderDisplayParams;
        const id = path['reader']!;
        const details = { cart: cart ? { ...cart, tax: cart.tax ?? null } : null, type };
        const reader = begin(stripe, id, { type: 'set_reader_display', details });
        soon(stripe, () => void succeed(stripe, id));
        return reader;
      },
      'POST /v1/terminal/readers/{reader}/cancel_action': ({ path }) =>
        table.update(reachable(stripe, path['reader']!).id, { action: null }),
    },
  };
};

function register(stripe: Backend, given: Stripe.Terminal.ReaderCreateParams): Reader {
  const { registration_code: code, location } = given;
  const device = SIMULATED[code];
  if (device === undefined) {
    throw invalidRequest(
      `No reader has the registration code ${code}. The codes of simulated readers are ${Object.keys(SIMULATED).join(', ')}.`,
      { param: 'registration_code' },
    );
  }
  if (location !== undefined) stripe.table('terminal.location').get(location, 'location');
  const serial = `${code}-${stripe.secret(12).toLowerCase()}`;
  const metadata = mergeMetadata(undefined, given.metadata);
  const reader = {
    id: stripe.newId('terminal.reader'),
    object: 'terminal.reader',
    action: null,
    device_sw_version: '',
    device_type: device,
    ip_address: '0.0.0.0',
    label: given.label || serial,
    last_seen_at: stripe.now() * 1000,
    livemode: false,
    location: location ?? null,
    metadata,
    serial_number: serial,
    status: statusOf(metadata),
  } as unknown as Reader;
  return readerTable(stripe).insert(reader);
}

function statusOf(metadata: Stripe.Metadata): 'offline' | 'online' {
  return troubleOf(metadata) === 'offline' ? 'offline' : 'online';
}
