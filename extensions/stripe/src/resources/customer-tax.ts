/** Where a customer is taxed: https://docs.stripe.com/tax/customer-locations. */
import { isIP } from 'node:net';
import type Stripe from 'stripe';
import { locationStatus, taxesAt, unknownTaxPlace } from '../billing/automatic-tax';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';

type Place = Pick<Stripe.Customer, 'address' | 'shipping'>;
type Given = Stripe.CustomerUpdateParams.Tax;

/** Throws for an address that is none, and for a customer of unknown place where that has to be known at once. */
export function checkTax(given: Given | undefined, customer: Place): void {
  const { ip_address: ip, validate_location: when } = given ?? {};
  if (ip && isIP(ip) === 0) {
    throw invalidRequest(`Invalid IP address: ${ip}`, { param: 'tax[ip_address]' });
  }
  if (when !== 'immediately' || locationStatus(placeOf(customer)) === 'complete') return;
  throw unknownTaxPlace();
}

/** What a customer says of taxes when asked. `ip` is where they were last seen. */
export function taxOf(stripe: Backend, customer: Place, ip: string | null): Stripe.Customer.Tax {
  const place = placeOf(customer);
  const isKnown = locationStatus(place) === 'complete';
  const source = customer.shipping?.address?.country ? 'shipping_destination' : 'billing_address';
  return {
    automatic_tax: !isKnown ? 'unrecognized_location' : taxesAt(stripe, place) ? 'supported' : 'not_collecting',
    ip_address: ip,
    location: isKnown ? { country: place.country!, source, state: place.state ?? null } : null,
    provider: 'stripe',
  };
}

function placeOf({ address, shipping }: Place): Partial<Stripe.Address> {
  return shipping?.address?.country ? shipping.address : (address ?? {});
}
