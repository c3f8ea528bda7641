import { alerts } from '../billing/alerts';
import { customerBalance } from '../billing/customer-balance';
import { creditGrants } from '../billing/credit-grants';
import { creditNotes } from '../billing/credit-notes';
import { delinquency } from '../billing/delinquency';
import { discountOperations } from '../billing/discounts';
import { draftCustomers } from '../billing/draft-customers';
import { feedbackOptions } from '../billing/feedback-options';
import { invoiceItems } from '../billing/invoice-items';
import { invoices } from '../billing/invoice-operations';
import { invoicePayments } from '../billing/invoice-payments';
import { invoiceTemplates } from '../billing/invoice-templates';
import { meters } from '../billing/meters';
import { quotes } from '../billing/quotes';
import { subscriptionSchedules } from '../billing/schedules';
import { subscriptionItems } from '../billing/subscription-items';
import { subscriptions } from '../billing/subscription-operations';
import { testClocks } from '../billing/test-clocks';
import { trialOffers } from '../billing/trial-offers';
import { usageRecords } from '../billing/usage-record-operations';
import { paymentLinks } from '../checkout/payment-links';
import { paymentPages } from '../checkout/payment-pages';
import { portalConfigurations } from '../checkout/portal-configurations';
import { portalSessions } from '../checkout/portal-sessions';
import { checkoutSessions } from '../checkout/sessions';
import { shippingRates } from '../checkout/shipping-rates';
import { climateCatalog } from '../climate/catalog';
import { climateOrders } from '../climate/orders';
import { commandLineSessions } from '../cli/sessions';
import { accounts } from '../connect/accounts';
import { appInstalls } from '../connect/app-installs';
import { checks } from '../connect/checks';
import { externalAccounts } from '../connect/external-accounts';
import { applicationFees } from '../connect/fees';
import { accountLinks } from '../connect/links';
import { persons } from '../connect/persons';
import { sharedCharges } from '../connect/shared-charges';
import { transferReversals } from '../connect/transfer-reversals';
import { transfers } from '../connect/transfers';
import { connectionAccounts } from '../financial-connections/account-operations';
import { pageSessions } from '../financial-connections/page-sessions';
import { connectionSessions } from '../financial-connections/sessions';
import { issuing } from '../issuing';
import { revealedCards } from '../issuing/revealed-cards';
import type { DefineModule } from '../kernel/module';
import { search } from '../kernel/search';
import { linkConsumers } from '../link/consumers';
import { automaticPayouts } from '../payments/automatic-payouts';
import { balance } from '../payments/balance';
import { balanceSettings } from '../payments/balance-settings';
import { charges } from '../payments/charge-operations';
import { customerSources } from '../payments/customer-sources';
import { disputes } from '../payments/disputes';
import { reviews } from '../payments/reviews';
import { paymentIntents } from '../payments/intent-operations';
import { followUps } from '../payments/follow-up';
import { mandates } from '../payments/mandates';
import { methodConfigurations } from '../payments/method-configurations';
import { payouts } from '../payments/payouts';
import { refunds } from '../payments/refunds';
import { setupIntents } from '../payments/setup-intent-operations';
import { standaloneAuthentications } from '../payments/standalone-authentications';
import { topups } from '../payments/topups';
import { paymentEvaluations } from '../radar/payment-evaluations';
import { valueLists } from '../radar/value-lists';
import { paymentRecords } from '../reported/payment-records';
import { reportRuns } from '../reports/report-runs';
import { reportTypes } from '../reports/report-types';
import { TAX } from '../tax';
import { terminal } from '../terminal';
import { TREASURY } from '../treasury';
import { webhookEndpoints } from '../webhooks/endpoints';
import { appSecrets } from './app-secrets';
import { cashBalances } from './cash-balance';
import { confirmationTokens } from './confirmation-tokens';
import { coupons } from './coupons';
import { formerOperations } from '../versions/former-operations';
import { customerSessions } from './customer-sessions';
import { customers } from './customers';
import { entitlements } from './entitlements';
import { elementsSessions } from './elements-sessions';
import { ephemeralKeys } from './ephemeral-keys';
import { events } from './events';
import { exchangeRates } from './exchange-rates';
import { files } from './files';
import { forwardingRequests } from './forwarding-requests';
import { fundingInstructions } from './funding-instructions';
import { verificationSessions } from './identity';
import { paymentMethodDomains } from './payment-method-domains';
import { paymentMethods } from './payment-methods';
import { plans } from './plans';
import { prices } from './prices';
import { products } from './products';
import { promotionCodes } from './promotion-codes';
import { sources } from './sources';
import { customerTaxIds } from './tax-ids';
import { taxRates } from './tax-rates';
import { taxSettings } from './tax-settings';
import { tokens } from './tokens';

/** Every part of the API that keeps state. */
export const MODULES: readonly DefineModule[] = [
  accountLinks,
  accounts,
  alerts,
  applicationFees,
  appInstalls,
  appSecrets,
  automaticPayouts,
  balance,
  balanceSettings,
  cashBalances,
  charges,
  checks,
  confirmationTokens,
  checkoutSessions,
  climateCatalog,
  climateOrders,
  connectionAccounts,
  connectionSessions,
  pageSessions,
  coupons,
  creditGrants,
  creditNotes,
  commandLineSessions,
  customerBalance,
  customers,
  customerSessions,
  customerSources,
  customerTaxIds,
  delinquency,
  discountOperations,
  disputes,
  reviews,
  entitlements,
  elementsSessions,
  ephemeralKeys,
  linkConsumers,
  revealedCards,
  events,
  exchangeRates,
  externalAccounts,
  feedbackOptions,
  followUps,
  formerOperations,
  files,
  forwardingRequests,
  fundingInstructions,
  draftCustomers,
  invoiceItems,
  invoicePayments,
  invoices,
  invoiceTemplates,
  ...issuing,
  mandates,
  standaloneAuthentications,
  meters,
  methodConfigurations,
  paymentIntents,
  paymentLinks,
  paymentEvaluations,
  paymentMethodDomains,
  paymentMethods,
  paymentPages,
  paymentRecords,
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
  reportTypes,
  search,
  setupIntents,
  sources,
  shippingRates,
  subscriptionItems,
  subscriptions,
  subscriptionSchedules,
  ...TAX,
  taxRates,
  taxSettings,
  ...terminal,
  testClocks,
  tokens,
  transfers,
  transferReversals,
  sharedCharges,
  topups,
  ...TREASURY,
  trialOffers,
  usageRecords,
  valueLists,
  verificationSessions,
  webhookEndpoints,
];
