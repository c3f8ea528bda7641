import { customerBalance } from '../billing/customer-balance';
import { invoiceItems } from '../billing/invoice-items';
import { invoices } from '../billing/invoice-operations';
import { invoicePayments } from '../billing/invoice-payments';
import { subscriptionItems } from '../billing/subscription-items';
import { subscriptions } from '../billing/subscription-operations';
import { testClocks } from '../billing/test-clocks';
import { paymentLinks } from '../checkout/payment-links';
import { portalConfigurations } from '../checkout/portal-configurations';
import { portalSessions } from '../checkout/portal-sessions';
import { checkoutSessions } from '../checkout/sessions';
import { shippingRates } from '../checkout/shipping-rates';
import type { DefineModule } from '../kernel/module';
import { balance } from '../payments/balance';
import { charges } from '../payments/charge-operations';
import { customerSources } from '../payments/customer-sources';
import { disputes } from '../payments/disputes';
import { paymentIntents } from '../payments/intent-operations';
import { mandates } from '../payments/mandates';
import { payouts } from '../payments/payouts';
import { refunds } from '../payments/refunds';
import { setupIntents } from '../payments/setup-intents';
import { topups } from '../payments/topups';
import { confirmationTokens } from './confirmation-tokens';
import { customers } from './customers';
import { events } from './events';
import { files } from './files';
import { paymentMethods } from './payment-methods';
import { prices } from './prices';
import { products } from './products';
import { sources } from './sources';
import { customerTaxIds } from './tax-ids';
import { tokens } from './tokens';

/** Every part of the API that keeps state. */
export const MODULES: readonly DefineModule[] = [
  balance,
  charges,
  checkoutSessions,
  customerBalance,
  confirmationTokens,
  customers,
  customerSources,
  customerTaxIds,
  disputes,
  events,
  invoiceItems,
  invoicePayments,
  invoices,
  files,
  mandates,
  paymentIntents,
  paymentLinks,
  paymentMethods,
  portalConfigurations,
  portalSessions,
  payouts,
  prices,
  products,
  refunds,
  setupIntents,
  shippingRates,
  subscriptionItems,
  subscriptions,
  testClocks,
  sources,
  tokens,
  topups,
];
