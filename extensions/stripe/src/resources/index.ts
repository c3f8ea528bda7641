import { customerBalance } from '../billing/customer-balance';
import { creditGrants } from '../billing/credit-grants';
import { creditNotes } from '../billing/credit-notes';
import { discountOperations } from '../billing/discounts';
import { invoiceItems } from '../billing/invoice-items';
import { invoices } from '../billing/invoice-operations';
import { invoicePayments } from '../billing/invoice-payments';
import { meters } from '../billing/meters';
import { quotes } from '../billing/quotes';
import { subscriptionSchedules } from '../billing/schedules';
import { subscriptionItems } from '../billing/subscription-items';
import { subscriptions } from '../billing/subscription-operations';
import { testClocks } from '../billing/test-clocks';
import { usageRecords } from '../billing/usage-record-operations';
import { paymentLinks } from '../checkout/payment-links';
import { paymentPages } from '../checkout/payment-pages';
import { portalConfigurations } from '../checkout/portal-configurations';
import { portalSessions } from '../checkout/portal-sessions';
import { checkoutSessions } from '../checkout/sessions';
import { shippingRates } from '../checkout/shipping-rates';
import { commandLineSessions } from '../cli/sessions';
import { accounts } from '../connect/accounts';
import { externalAccounts } from '../connect/external-accounts';
import { applicationFees } from '../connect/fees';
import { accountLinks } from '../connect/links';
import { persons } from '../connect/persons';
import { transfers } from '../connect/transfers';
import { issuing } from '../issuing';
import type { DefineModule } from '../kernel/module';
import { search } from '../kernel/search';
import { automaticPayouts } from '../payments/automatic-payouts';
import { balance } from '../payments/balance';
import { charges } from '../payments/charge-operations';
import { customerSources } from '../payments/customer-sources';
import { disputes } from '../payments/disputes';
import { paymentIntents } from '../payments/intent-operations';
import { mandates } from '../payments/mandates';
import { payouts } from '../payments/payouts';
import { refunds } from '../payments/refunds';
import { setupIntents } from '../payments/setup-intent-operations';
import { topups } from '../payments/topups';
import { terminal } from '../terminal';
import { webhookEndpoints } from '../webhooks/endpoints';
import { cashBalances } from './cash-balance';
import { confirmationTokens } from './confirmation-tokens';
import { coupons } from './coupons';
import { formerOperations } from '../versions/former-operations';
import { customerSessions } from './customer-sessions';
import { customers } from './customers';
import { entitlements } from './entitlements';
import { ephemeralKeys } from './ephemeral-keys';
import { events } from './events';
import { files } from './files';
import { verificationSessions } from './identity';
import { paymentMethods } from './payment-methods';
import { plans } from './plans';
import { prices } from './prices';
import { products } from './products';
import { promotionCodes } from './promotion-codes';
import { reportRuns } from './report-runs';
import { sources } from './sources';
import { customerTaxIds } from './tax-ids';
import { taxRates } from './tax-rates';
import { taxSettings } from './tax-settings';
import { tokens } from './tokens';

/** Every part of the API that keeps state. */
export const MODULES: readonly DefineModule[] = [
  accountLinks,
  accounts,
  applicationFees,
  automaticPayouts,
  balance,
  cashBalances,
  charges,
  confirmationTokens,
  checkoutSessions,
  coupons,
  creditGrants,
  creditNotes,
  commandLineSessions,
  customerBalance,
  customers,
  customerSessions,
  customerSources,
  customerTaxIds,
  discountOperations,
  disputes,
  entitlements,
  ephemeralKeys,
  events,
  externalAccounts,
  formerOperations,
  files,
  invoiceItems,
  invoicePayments,
  invoices,
  ...issuing,
  mandates,
  meters,
  paymentIntents,
  paymentLinks,
  paymentMethods,
  paymentPages,
  payouts,
  plans,
  portalConfigurations,
  portalSessions,
  persons,
  prices,
  products,
  promotionCodes,
  quotes,
  refunds,
  reportRuns,
  search,
  setupIntents,
  sources,
  shippingRates,
  subscriptionItems,
  subscriptions,
  subscriptionSchedules,
  taxRates,
  taxSettings,
  ...terminal,
  testClocks,
  tokens,
  transfers,
  topups,
  usageRecords,
  verificationSessions,
  webhookEndpoints,
];
