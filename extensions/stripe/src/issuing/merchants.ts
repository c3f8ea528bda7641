import { categoryCode } from './merchant-categories';

/** A merchant as the test helpers take it. */
export interface GivenMerchant {
  readonly category?: string;
  readonly city?: string;
  readonly country?: string;
  readonly name?: string;
  readonly network_id?: string;
  readonly postal_code?: string;
  readonly state?: string;
  readonly terminal_id?: string;
  readonly url?: string;
}

/** Where a card is used, in full: Stripe's made-up merchant for what is left out. */
export function merchantOf(given: GivenMerchant = {}): object {
  const { category = 'taxicabs_limousines' } = given;
  return {
    category,
    category_code: categoryCode(category),
    city: null,
    country: null,
    name: 'Rocket Rides',
    network_id: '1234567890',
    postal_code: null,
    state: null,
    tax_id: null,
    terminal_id: null,
    url: null,
    ...given,
  };
}
