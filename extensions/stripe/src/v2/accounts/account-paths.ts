import { omit } from '../../kernel/omit';
import { secondsOf, timestamp } from '../kernel/time';
import type { Pair } from './paths';

/** An account in both versions. People are in files of their own. */
export const ACCOUNT_PAIRS: readonly Pair[] = [
  { second: 'contact_email', first: 'email' },
  { second: 'metadata', first: 'metadata' },
  { second: 'defaults.currency', first: 'default_currency' },
  { second: 'defaults.profile.business_url', first: 'business_profile.url' },
  { second: 'defaults.profile.doing_business_as', first: 'business_profile.name' },
  { second: 'defaults.profile.product_description', first: 'business_profile.product_description' },
  { second: 'identity.entity_type', first: 'business_type' },
  { second: 'identity.business_details.registered_name', first: 'company.name' },
  { second: 'identity.business_details.phone', first: 'company.phone' },
  { second: 'identity.business_details.address', first: 'company.address' },
  { second: 'identity.business_details.structure', first: 'company.structure' },
  { second: 'identity.attestations.persons_provided.directors', first: 'company.directors_provided' },
  { second: 'identity.attestations.persons_provided.executives', first: 'company.executives_provided' },
  { second: 'identity.attestations.persons_provided.owners', first: 'company.owners_provided' },
  {
    second: 'identity.attestations.terms_of_service.account.date',
    first: 'tos_acceptance.date',
    to: (value) => secondsOf(String(value)),
    from: (value) => timestamp(Number(value)),
  },
  { second: 'identity.attestations.terms_of_service.account.ip', first: 'tos_acceptance.ip' },
  { second: 'identity.attestations.terms_of_service.account.user_agent', first: 'tos_acceptance.user_agent' },
  { second: 'configuration.merchant.mcc', first: 'business_profile.mcc' },
  { second: 'configuration.merchant.branding', first: 'settings.branding' },
  { second: 'configuration.merchant.card_payments.decline_on', first: 'settings.card_payments.decline_on' },
  {
    second: 'configuration.merchant.bacs_debit_payments.display_name',
    first: 'settings.bacs_debit_payments.display_name',
  },
  { second: 'configuration.merchant.statement_descriptor.descriptor', first: 'settings.payments.statement_descriptor' },
  {
    second: 'configuration.merchant.statement_descriptor.prefix',
    first: 'settings.card_payments.statement_descriptor_prefix',
  },
  { second: 'configuration.merchant.support.address', first: 'business_profile.support_address' },
  { second: 'configuration.merchant.support.email', first: 'business_profile.support_email' },
  { second: 'configuration.merchant.support.phone', first: 'business_profile.support_phone' },
  { second: 'configuration.merchant.support.url', first: 'business_profile.support_url' },
];

const FEES: Readonly<Record<string, string>> = { stripe: 'account', application: 'application' };

/** Who is responsible for an account, which is said when it is made: the controller of version 1. */
export const RESPONSIBILITY_PAIRS: readonly Pair[] = [
  { second: 'dashboard', first: 'stripe_dashboard.type' },
  {
    second: 'defaults.responsibilities.fees_collector',
    first: 'fees.payer',
    to: (value) => FEES[String(value)] ?? value,
    from: (value) => (value === 'account' ? 'stripe' : value),
  },
  { second: 'defaults.responsibilities.losses_collector', first: 'losses.payments' },
  { second: 'defaults.responsibilities.requirements_collector', first: 'requirement_collection' },
];

/** What of an account is about it as a customer, whom version 1 keeps as a customer of the platform. */
export const CUSTOMER_PAIRS: readonly Pair[] = [
  { second: 'contact_email', first: 'email' },
  { second: 'contact_phone', first: 'phone' },
  { second: 'display_name', first: 'name' },
  { second: 'identity.individual.address', first: 'address', to: addressOf },
  { second: 'identity.business_details.address', first: 'address', to: addressOf },
  { second: 'configuration.customer.automatic_indirect_tax.exempt', first: 'tax_exempt' },
  { second: 'configuration.customer.automatic_indirect_tax.ip_address', first: 'tax.ip_address' },
  { second: 'configuration.customer.billing.default_payment_method', first: 'invoice_settings.default_payment_method' },
  { second: 'configuration.customer.billing.invoice.custom_fields', first: 'invoice_settings.custom_fields' },
  { second: 'configuration.customer.billing.invoice.footer', first: 'invoice_settings.footer' },
  { second: 'configuration.customer.billing.invoice.next_sequence', first: 'next_invoice_sequence' },
  { second: 'configuration.customer.billing.invoice.prefix', first: 'invoice_prefix' },
  { second: 'configuration.customer.shipping', first: 'shipping' },
  { second: 'configuration.customer.test_clock', first: 'test_clock' },
];

/** Those of them that the account shows as the customer has them. */
export const SHOWN_CUSTOMER_PAIRS = CUSTOMER_PAIRS.filter(({ second }) => second.startsWith('configuration.'));

/** Addresses of customers have no towns. */
function addressOf(value: unknown): unknown {
  return omit(value as object, 'town');
}
