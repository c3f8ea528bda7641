/** Drafts of invoices say of their customer what is so now; a final invoice says what was. */
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import { customerOn, invoiceTable, reckon } from './invoice-data';

export const draftCustomers: DefineModule = (stripe) => ({
  reactions: {
    'customer.updated': (customer: Stripe.Customer) => follow(stripe, customer),
    'customer.tax_id.created': ({ customer }: Stripe.TaxId) => followOwner(stripe, customer),
    'customer.tax_id.deleted': ({ customer }: Stripe.TaxId) => followOwner(stripe, customer),
  },
});

function followOwner(stripe: Backend, owner: Stripe.TaxId['customer']): void {
  const customer = stripe.table<Stripe.Customer>('customer').find(idOf(owner) ?? '');
  if (customer) follow(stripe, customer);
}

function follow(stripe: Backend, customer: Stripe.Customer): void {
  const table = invoiceTable(stripe);
  const drafts = table.values({ by: { customer: customer.id }, where: ({ status }) => status === 'draft' });
  for (const draft of [...drafts]) {
    const changed = { ...draft, ...customerOn(stripe, customer) };
    table.update(draft.id, { ...changed, ...reckon(stripe, changed, draft.lines.data) });
  }
}
