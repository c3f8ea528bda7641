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

/** What nobody is shown again. `nonce`: the page that the key is for, and no other. */
interface Hidden {
  readonly secret: string;
  readonly nonce: string | undefined;
}

function keyTable(stripe: Backend) {
  return stripe.table<Stripe.EphemeralKey, Hidden>('ephemeral_key');
}

/** Whether a secret is that of a key for this object, which is good still, and was made for the page that knows the nonce. */
export function opens(stripe: Backend, object: string, { secret, nonce }: Partial<Hidden>): boolean {
  const keys = keyTable(stripe).values({ where: ({ id }) => keyTable(stripe).hidden(id)?.secret === secret });
  const [key] = [...keys] as (Stripe.EphemeralKey & { associated_objects: { id: string }[] })[];
  if (key === undefined || key.expires <= stripe.now()) return false;
  const isFor = key.associated_objects.some(({ id }) => id === object);
  return isFor && keyTable(stripe).hidden(key.id)?.nonce === nonce;
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
      const secret = `ek_test_${stripe.secret(60)}`;
      keyTable(stripe).insert(key, { secret, nonce: params['nonce'] as string | undefined });
      // Shown once, to who made it.
      return { ...key, secret };
    },
    'DELETE /v1/ephemeral_keys/{key}': ({ path }) => {
      const key = keyTable(stripe).get(path['key']!);
      keyTable(stripe).remove(key.id);
      return key;
    },
  },
});
