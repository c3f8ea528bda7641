import type Stripe from 'stripe';
import { ADDRESS_SCRIPT, addressFields } from './address-fields';
import { taxIdFields } from './checkout-fields';
import { html } from './html';
import { say } from './language';
import { field, page } from './layout';
import type { Portal } from './portal';

/** What a customer may change about themselves. */
export function customerPage(portal: Portal): string {
  const { customer, features, home } = portal;
  const allowed: readonly string[] = features.customer_update.allowed_updates;
  const values = addressValues('billing', customer.address);
  return page({
    title: 'Billing information',
    body: html`<main class="narrow">
      <h1>${say('Billing information')}</h1>
      <form method="post" action="${home}/customer">
        ${allowed.includes('name') && field({ name: 'name', label: 'Name', value: customer.name, autocomplete: 'name' })}
        ${allowed.includes('email') && field({ name: 'email', label: 'Email', type: 'email', value: customer.email, autocomplete: 'email' })}
        ${allowed.includes('phone') && field({ name: 'phone', label: 'Phone number', type: 'tel', value: customer.phone, autocomplete: 'tel' })}
        ${allowed.includes('tax_id') && taxIdFields(new URLSearchParams(), {})}
        ${allowed.includes('shipping') && addressFields('shipping', 'Shipping address', addressValues('shipping', customer.shipping?.address, customer.shipping?.name), {})}
        ${allowed.includes('address') && addressFields('billing', 'Billing address', values, {})}
        <div class="actions">
          <button class="primary">${say('Save')}</button> <a class="button" href="${home}?done=1">Cancel</a>
        </div>
      </form>
    </main>`,
    script: ADDRESS_SCRIPT,
  });
}

/** An address as the fields with a prefix have it. */
function addressValues(
  prefix: 'billing' | 'shipping',
  address: Stripe.Address | null | undefined,
  name?: string,
): URLSearchParams {
  const values = {
    Name: name,
    Country: address?.country ?? 'US',
    AddressLine1: address?.line1,
    AddressLine2: address?.line2,
    Locality: address?.city,
    AdministrativeArea: address?.state,
    PostalCode: address?.postal_code,
  };
  return new URLSearchParams(
    Object.entries(values).map(([key, value]): [string, string] => [prefix + key, value ?? '']),
  );
}
