/**
 * Link, with which buyers keep what they pay with for all shops: https://docs.stripe.com/payments/link. Who it is says a code for one time: in
 * a sandbox any six digits will do, but for those that stand for a failure. Stripe.js and the SDKs for telephones ask for it; not documented.
 */
import type Stripe from 'stripe';
import { invalidRequest, parameterMissing, resourceMissing, type StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { createPaymentMethod } from '../resources/create-method';

interface Consumer {
  readonly id: string;
  readonly object: 'consumer';
  readonly email: string;
  readonly phone: string | null;
  readonly details: readonly Details[];
}

/** A card that a consumer keeps. */
interface Details {
  readonly id: string;
  readonly type: 'card';
  readonly card: {
    readonly brand: string;
    readonly last4: string;
    readonly exp_month: number;
    readonly exp_year: number;
  };
}

/** A page that a consumer is at. */
interface Session {
  readonly id: string;
  readonly object: 'consumer_session';
  readonly consumer: string;
  readonly isVerified: boolean;
}

interface Asked {
  readonly email_address?: string;
  readonly phone_number?: string;
  readonly payment_method?: string;
  readonly payment_details_id?: string;
  readonly code?: string;
  readonly credentials?: { readonly consumer_session_client_secret?: string };
}

/** What a sandbox says to these codes. */
const FAILURES: Readonly<Record<string, [code: string, message: string]>> = {
  '000001': ['consumer_verification_code_invalid', 'The provided verification code is incorrect.'],
  '000002': ['consumer_verification_expired', 'This verification code has expired.'],
  '000003': ['consumer_verification_max_attempts_exceeded', 'Too many attempts. Please try again in a few minutes.'],
};

export const linkConsumers: DefineModule = (stripe) => ({
  operations: {
    'POST /v1/consumers/sessions/lookup': ({ params }) => {
      const consumer = byEmail(stripe, (params as Asked).email_address);
      return {
        exists: consumer !== undefined,
        consumer_session: consumer ? shown(consumer, begin(stripe, consumer)) : null,
      };
    },
    'POST /v1/consumers/accounts/sign_up': ({ params }) => {
      const { email_address: email, phone_number: phone = null, payment_method: method } = params as Asked;
      if (email === undefined) throw parameterMissing('email_address');
      const known = byEmail(stripe, email);
      const id = stripe.newId('consumer');
      const consumer =
        known ?? consumers(stripe).insert({ id, object: 'consumer', email: email.toLowerCase(), phone, details: [] });
      // Who has an account already has to say who they are before anything is put into it.
      const kept = known === undefined && method !== undefined ? keep(stripe, consumer, method) : consumer;
      return { consumer_session: shown(kept, begin(stripe, kept)) };
    },
    'POST /v1/consumers/sessions/start_verification': ({ params }) => {
      const session = sessionOf(stripe, params);
      return { consumer_session: shown(consumers(stripe).get(session.consumer), session) };
    },
    'POST /v1/consumers/sessions/confirm_verification': ({ params }) => {
      const session = sessionOf(stripe, params);
      const { code = '' } = params as Asked;
      if (!/^\d{6}$/.test(code)) throw refused(FAILURES['000001']!);
      const failure = FAILURES[code];
      if (failure !== undefined) throw refused(failure);
      const verified = sessions(stripe).update(session.id, { isVerified: true });
      return { consumer_session: shown(consumers(stripe).get(session.consumer), verified) };
    },
    'POST /v1/consumers/payment_details/list': ({ params }) => {
      const { details } = verifiedConsumer(stripe, params);
      return { redacted_payment_details: details };
    },
    /** Makes the payment method with which a shop is paid. */
    'POST /v1/consumers/payment_details/share': ({ params }) => {
      const consumer = verifiedConsumer(stripe, params);
      const { payment_details_id: id = '' } = params as Asked;
      if (!consumer.details.some((each) => each.id === id)) throw resourceMissing('payment_details', id);
      const billing = { email: consumer.email, ...(consumer.phone !== null && { phone: consumer.phone }) };
      return { payment_method: createPaymentMethod(stripe, { type: 'link', billing_details: billing }) };
    },
  },
});

function consumers(stripe: Backend) {
  return stripe.table<Consumer>('consumer');
}

function sessions(stripe: Backend) {
  return stripe.table<Session>('consumer_session');
}

function byEmail(stripe: Backend, email: string | undefined): Consumer | undefined {
  if (email === undefined) throw parameterMissing('email_address');
  return consumers(stripe).first({ where: (each) => each.email === email.toLowerCase() });
}

function begin(stripe: Backend, consumer: Consumer): Session {
  return sessions(stripe).insert({
    id: `cns_${stripe.secret(40)}`,
    object: 'consumer_session',
    consumer: consumer.id,
    isVerified: false,
  });
}

function keep(stripe: Backend, consumer: Consumer, method: string): Consumer {
  const { card } = stripe.table<Stripe.PaymentMethod>('payment_method').get(method, 'payment_method');
  if (!card) throw invalidRequest('Link keeps cards here.', { param: 'payment_method' });
  const { brand, last4, exp_month, exp_year } = card;
  const details: Details = {
    id: stripe.newId('payment_details'),
    type: 'card',
    card: { brand, last4, exp_month, exp_year },
  };
  return consumers(stripe).update(consumer.id, { details: [...consumer.details, details] });
}

function shown({ email, phone }: Consumer, { id, isVerified }: Session): object {
  return {
    client_secret: id,
    email_address: email,
    redacted_phone_number: phone === null ? null : `(***) *** **${phone.slice(-2)}`,
    verification_sessions: [{ type: 'SMS', state: isVerified ? 'VERIFIED' : 'STARTED' }],
  };
}

function sessionOf(stripe: Backend, { credentials }: Asked): Session {
  const secret = credentials?.consumer_session_client_secret;
  if (secret === undefined) throw parameterMissing('credentials[consumer_session_client_secret]');
  return sessions(stripe).get(secret);
}

function verifiedConsumer(stripe: Backend, asked: Asked): Consumer {
  const session = sessionOf(stripe, asked);
  if (!session.isVerified) {
    throw invalidRequest('The consumer has not said yet who they are.', { code: 'consumer_session_unverified' });
  }
  return consumers(stripe).get(session.consumer);
}

function refused([code, message]: [string, string]): StripeError {
  return invalidRequest(message, { code });
}
