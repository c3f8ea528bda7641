/** Attempts to set up a payment method: https://docs.stripe.com/api/setup_attempts. */
import type Stripe from 'stripe';
import { applicationOf } from '../connect/fees';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import type { Table } from '../kernel/table';
import { methodTable } from '../resources/method-table';
import { generateCard } from './card-present';
import { generateDebit, shownAccount, type Generated } from './generated-debit';
import { setupMethod } from './setup-intents';

export function attempts(stripe: Backend): Table<Stripe.SetupAttempt> {
  return stripe.table<Stripe.SetupAttempt>('setup_attempt');
}

/** Begins an attempt. */
export function addAttempt(stripe: Backend, intent: Stripe.SetupIntent, status: string): Stripe.SetupAttempt {
  const method = setupMethod(stripe, intent);
  const attempt = {
    id: stripe.newId('setup_attempt'),
    object: 'setup_attempt',
    application: applicationOf(stripe),
    created: stripe.now(),
    customer: intent.customer,
    customer_account: null,
    flow_directions: intent.flow_directions,
    livemode: false,
    on_behalf_of: intent.on_behalf_of,
    payment_method: intent.payment_method,
    payment_method_details: method && { [method.type]: detailsOf(method, status), type: method.type },
    setup_error: null,
    setup_intent: intent.id,
    status,
    usage: intent.usage,
  } as unknown as Stripe.SetupAttempt;
  return attempts(stripe).insert(attempt);
}

function checked(checks: Stripe.PaymentMethod.Card.Checks): object {
  return Object.fromEntries(
    Object.entries(checks).map(([name, found]) => [name, found === 'unchecked' ? 'pass' : found]),
  );
}

function detailsOf({ card }: Stripe.PaymentMethod, status: string): object {
  if (!card) return {};
  const { brand, checks, country, exp_month, exp_year, fingerprint, funding, last4 } = card;
  return {
    brand,
    // The bank was asked, whatever is known of the card by itself.
    checks: checks && (status === 'succeeded' ? checked(checks) : checks),
    country,
    exp_month,
    exp_year,
    fingerprint,
    funding,
    last4,
    network: brand,
    three_d_secure: null,
    wallet: null,
  };
}

/** Ends the attempt that waits for the customer, or makes one that is over at once. */
export function endAttempt(
  stripe: Backend,
  intent: Stripe.SetupIntent,
  status: string,
  error: object | null,
  isAuthenticated = false,
): Stripe.SetupAttempt {
  const latest = idOf(intent.latest_attempt);
  const waiting = latest === undefined ? undefined : attempts(stripe).find(latest);
  const attempt = waiting?.status === 'requires_action' ? waiting : addAttempt(stripe, intent, status);
  const { card } = attempt.payment_method_details ?? {};
  return attempts(stripe).update(attempt.id, {
    status,
    setup_error: error as Stripe.SetupAttempt.SetupError | null,
    ...(isAuthenticated &&
      card && {
        payment_method_details: {
          ...attempt.payment_method_details,
          card: {
            ...card,
            three_d_secure: {
              authentication_flow: 'challenge',
              result: 'authenticated',
              result_reason: null,
              version: '2.2.0',
            },
          },
        } as unknown as Stripe.SetupAttempt.PaymentMethodDetails,
      }),
  });
}

/** Ends the attempt that waits for a customer who will not come back. */
export function abandonAttempt(stripe: Backend, { latest_attempt: latest }: Stripe.SetupIntent): void {
  const waiting = attempts(stripe).find(idOf(latest) ?? '');
  if (waiting?.status === 'requires_action') attempts(stripe).update(waiting.id, { status: 'abandoned' });
}

/** What was set up on the page of a bank: debits from its account. */
export function keepAccount(
  stripe: Backend,
  { id }: Stripe.SetupAttempt,
  method: Stripe.PaymentMethod,
  owner: Parameters<typeof generateDebit>[3],
): Generated {
  const generated = generateDebit(stripe, method, { setup_attempt: id }, owner);
  const { type } = method;
  const shown = (method as unknown as Record<string, object>)[type];
  attempts(stripe).update(id, {
    payment_method_details: { [type]: { ...shown, ...shownAccount(method), ...generated }, type },
  });
  return generated;
}

/** A card that was there cannot be saved: a card for payments over the network is made of it. */
export function keepPresented(
  stripe: Backend,
  attempt: Stripe.SetupAttempt,
  method: Stripe.PaymentMethod,
  customer: string | undefined,
): void {
  const table = methodTable(stripe);
  table.hide(method.id, { ...table.hidden(method.id), spent: true });
  const { id } = generateCard(stripe, method, { setup_attempt: attempt.id }, customer);
  attempts(stripe).update(attempt.id, {
    payment_method_details: {
      [method.type]: { generated_card: id, offline: { stored_at: null, type: null } },
      type: method.type,
    } as unknown as Stripe.SetupAttempt.PaymentMethodDetails,
  });
}
