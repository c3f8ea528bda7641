import type Stripe from 'stripe';
import { isCollecting, locationStatus, type TaxPlace } from '../billing/automatic-tax';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';

type Tax = Stripe.Customer.Tax;

/** Where a customer is for taxes, and what comes of it: `tax` of a customer, which the API shows only on demand. */
export function taxOf(stripe: Backend, customer: Stripe.Customer, ipAddress: string | null): Tax {
  const found = placeOf(customer);
  const isKnown = found !== undefined && locationStatus(found.place) === 'complete';
  return {
    automatic_tax: !isKnown
      ? 'unrecognized_location'
      : isCollecting(stripe, found.place)
        ? 'supported'
        : 'not_collecting',
    ip_address: ipAddress,
    location: isKnown
      ? { country: found.place.country!, source: found.source, state: found.place.state ?? null }
      : null,
    provider: 'stripe',
  };
}

/** Throws where it is not known where a customer is: `tax[validate_location]` asks for this. */
export function checkLocation(tax: Tax): void {
  if (tax.automatic_tax !== 'unrecognized_location') return;
  throw invalidRequest(
    "The customer's location isn't recognized. Set a valid customer address in order to automatically calculate tax.",
    { code: 'customer_tax_location_invalid' },
  );
}

/** Goods are taxed where they are sent to, anything else where the customer is billed. */
function placeOf({
  address,
  shipping,
}: Stripe.Customer): { readonly place: TaxPlace; readonly source: Stripe.Customer.Tax.Location.Source } | undefined {
  if (shipping?.address?.country) return { place: shipping.address, source: 'shipping_destination' };
  return address?.country ? { place: address, source: 'billing_address' } : undefined;
}
