import type Stripe from 'stripe';
import { addTaxId } from '../checkout/engine';
import type { Backend } from '../kernel/backend';
import { addressOf } from './checkout-form';
import { need, type AddPage } from './portal';
import { customerPage } from './portal-customer-page';

/** What a customer changes about themselves. */
export function serveCustomer(add: AddPage, stripe: Backend): void {
  add('get', '/customer', (portal) => {
    need(portal.features.customer_update.enabled);
    return customerPage(portal);
  });
  add('post', '/customer', (portal, { form }) => {
    const { customer_update: feature } = portal.features;
    need(feature.enabled);
    const allowed: readonly string[] = feature.allowed_updates;
    const text = (name: string): string | null => form.get(name)?.trim() || null;
    const address = addressOf(form, 'billing');
    const shipping = addressOf(form, 'shipping');
    stripe.table<Stripe.Customer>('customer').update(
      portal.customer.id,
      {
        ...(allowed.includes('name') && { name: text('name') }),
        ...(allowed.includes('email') && { email: text('email') }),
        ...(allowed.includes('phone') && { phone: text('phone') }),
        ...(allowed.includes('address') && address && { address }),
        ...(allowed.includes('shipping') &&
          shipping && { shipping: { name: text('shippingName') ?? '', address: shipping } }),
      },
      'customer.updated',
    );
    const taxId = text('taxId');
    if (allowed.includes('tax_id') && taxId !== null) {
      addTaxId(stripe, portal.customer.id, { type: text('taxIdType') ?? 'eu_vat', value: taxId });
    }
    return { redirect: `${portal.home}?done=1` };
  });
}
