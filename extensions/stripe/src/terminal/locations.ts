/** Where readers stand: https://docs.stripe.com/terminal/fleet/locations-and-zones. */
import type Stripe from 'stripe';
import { parameterMissing } from '../errors';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { wholeAddress } from '../parameters/address';
import { given } from './given';

type Location = Stripe.Terminal.Location;

const TEXTS = ['display_name', 'display_name_kana', 'display_name_kanji', 'phone', 'configuration_overrides'] as const;

/** https://docs.stripe.com/api/terminal/locations */
export const terminalLocations: DefineModule = (stripe) => {
  const table = stripe.table<Location>('terminal.location');
  const checkConfiguration = (id: string | null | undefined): void => {
    if (id) stripe.table('terminal.configuration').get(id, 'configuration_overrides');
  };
  return {
    operations: {
      'POST /v1/terminal/locations': ({ params }) => {
        const { address, address_kana, address_kanji, ...rest } = params as Stripe.Terminal.LocationCreateParams;
        const name = rest.display_name ?? rest.display_name_kanji ?? rest.display_name_kana;
        if (name === undefined) throw parameterMissing('display_name');
        const place = address ?? address_kanji ?? address_kana;
        if (place === undefined) throw parameterMissing('address');
        checkConfiguration(rest.configuration_overrides);
        const location = {
          id: stripe.newId('terminal.location'),
          object: 'terminal.location',
          address: wholeAddress(address ?? {}),
          ...(address_kana && { address_kana: wholeAddress({ town: null, ...address_kana }) }),
          ...(address_kanji && { address_kanji: wholeAddress({ town: null, ...address_kanji }) }),
          ...given(rest, TEXTS),
          display_name: name,
          livemode: false,
          metadata: mergeMetadata(undefined, rest.metadata),
        } as unknown as Location;
        return table.insert(location);
      },
      'GET /v1/terminal/locations': ({ url, params }) => table.page(url, params),
      'GET /v1/terminal/locations/{location}': ({ path }) => table.get(path['location']!),
      'POST /v1/terminal/locations/{location}': ({ path, params }) => {
        const changes = params as Stripe.Terminal.LocationUpdateParams;
        const before = table.get(path['location']!, 'location');
        checkConfiguration(changes.configuration_overrides);
        const kept: Record<string, unknown> = { ...before };
        for (const name of TEXTS) if (changes[name] === '') delete kept[name];
        return table.replace(before.id, {
          ...kept,
          ...(changes.address && { address: { ...before.address, ...changes.address } }),
          ...(changes.address_kana && { address_kana: { ...before.address_kana, ...changes.address_kana } }),
          ...(changes.address_kanji && { address_kanji: { ...before.address_kanji, ...changes.address_kanji } }),
          ...given(changes, TEXTS),
          metadata: mergeMetadata(before.metadata, changes.metadata),
        } as unknown as Location);
      },
      'DELETE /v1/terminal/locations/{location}': ({ path }) => {
        const { id } = table.get(path['location']!, 'location');
        const gone = { id, object: 'terminal.location', deleted: true } as const;
        const readers = stripe.table<Stripe.Terminal.Reader>('terminal.reader');
        for (const reader of [...readers.values({ by: { location: id } })])
          readers.update(reader.id, { location: null });
        return table.replace(id, gone as unknown as Location);
      },
    },
  };
};
