import type Stripe from 'stripe';

type Given = Stripe.Checkout.SessionCreateParams.NameCollection;

/** Which names the page asks for: of a business, of a person, or of both. */
export function nameCollectionOf({ business, individual }: Given): Stripe.Checkout.Session.NameCollection {
  return {
    ...(business && { business: { enabled: business.enabled, optional: business.optional ?? false } }),
    ...(individual && { individual: { enabled: individual.enabled, optional: individual.optional ?? false } }),
  };
}
