import type Stripe from 'stripe';
import { invalidRequest, parameterMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';

const LIFETIME = 60 * 60;

/** What a key may be for, and the kinds of these objects. */
const SUBJECTS = {
  customer: 'customer',
  issuing_card: 'issuing.card',
  verification_session: 'identity.verification_session',
} as const;

function keyTable(stripe: Backend) {
  return stripe.table<Stripe.EphemeralKey>('ephemeral_key');
}

/** Keys by which an app on a telephone sees one customer: https://docs.stripe.com/api/ephemeral_keys. */
export const ephemeralKeys: DefineModule = (stripe) => ({
  operations: {
    'POST /v1/ephemeral_keys': ({ askedVersion, params }) => {
      if (askedVersion === undefined && !stripe.isLoose) {
        throw invalidRequest(
          'You must set the header Stripe-Version to the version of the API that the mobile SDK asks for.',
        );
      }
      const named = Object.entries(SUBJECTS).filter(([name]) => params[name] !== undefined);
      const [subject] = named;
      if (subject === undefined) throw parameterMissing('customer');
      if (named.length > 1) {
        throw invalidRequest(
          `You may only specify one of these parameters: ${named.map(([name]) => name).join(', ')}.`,
        );
      }
      const [name, kind] = subject;
      const id = params[name] as string;
      stripe.table(kind).get(id, name);
      const now = stripe.now();
      const key = {
        id: stripe.newId('ephemeral_key'),
        object: 'ephemeral_key',
        associated_objects: [{ id, type: kind }],
        created: now,
        expires: now + LIFETIME,
        livemode: false,
      } as unknown as Stripe.EphemeralKey;
      keyTable(stripe).insert(key);
      // Shown once, to who made it.
      return { ...key, secret: `ek_test_${stripe.secret(60)}` };
    },
    'DELETE /v1/ephemeral_keys/{key}': ({ path }) => {
      const key = keyTable(stripe).get(path['key']!);
      keyTable(stripe).remove(key.id);
      return key;
    },
  },
});
