import type Stripe from 'stripe';
import type { RunningStripe } from './stripe';

/** What a page answers, as a browser without JavaScript gets it; with `form`, what it answers to that. */
export async function visitPage(
  { platform }: RunningStripe,
  url: string,
  form?: Readonly<Record<string, string>>,
): Promise<{ status: number; text: string; location: string | null }> {
  const { pathname, search } = new URL(url);
  const answer = await platform.fetch(`http://stripe.localhost${pathname}${search}`, {
    redirect: 'manual',
    ...(form && { method: 'POST', body: new URLSearchParams(form) }),
  });
  return { status: answer.status, text: await answer.text(), location: answer.headers.get('location') };
}

/** What a buyer fills in, with a card that is always good. */
export function fillIn(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    email: 'ada@example.com',
    cardNumber: '4242 4242 4242 4242',
    cardExpiry: '12 / 34',
    cardCvc: '123',
    billingName: 'Ada Lovelace',
    billingCountry: 'US',
    billingPostalCode: '94107',
    ...more,
  };
}

/** A Checkout Session once a buyer has filled its page in. */
export async function completed(
  running: RunningStripe,
  { id, url }: Stripe.Checkout.Session,
  more?: Readonly<Record<string, string>>,
): Promise<Stripe.Checkout.Session> {
  const { text, status } = await visitPage(running, url!, fillIn(more));
  if (status !== 303) throw new Error(text);
  return running.stripe.checkout.sessions.retrieve(id);
}
