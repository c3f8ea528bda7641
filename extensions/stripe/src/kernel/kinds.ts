/** What is kept of each kind of object besides the object itself: how its identifiers look and what it is listed by. */
export interface Kind {
  /** How many letters and digits follow the prefix of an identifier. */
  readonly idLength?: number;
  /** What an error calls it: `No such payment_method: 'pm_1'`. The name of the kind with `_` where left out. */
  readonly noun?: string;
  /** The parameter that an error names where the path has an identifier that there is nothing under; `id` where left out. */
  readonly pathParam?: string;
  /** Fields that it is found by, besides its identifier: `customer`, or a path such as `parent.subscription_details.subscription`. */
  readonly indexes?: readonly string[];
}

/** Kinds that have something special; a kind that is not here has 24 letters and no indexes. */
export const KINDS: Readonly<Record<string, Kind>> = {
  balance_transaction: { noun: 'balance transaction', indexes: ['source', 'available_on', 'payout'] },
  bank_account: { noun: 'source', indexes: ['customer'] },
  'billing.credit_balance_transaction': { indexes: ['credit_grant'] },
  'billing.credit_grant': { indexes: ['customer'] },
  card: { noun: 'source', indexes: ['customer'] },
  charge: { indexes: ['customer', 'payment_intent', 'transfer_group'] },
  'checkout.session': {
    idLength: 58,
    noun: 'checkout.session',
    indexes: [
      'customer',
      'customer_details.email',
      'payment_intent',
      'payment_link',
      'setup_intent',
      'status',
      'subscription',
    ],
  },
  confirmation_token: { noun: 'ConfirmationToken' },
  credit_note: { noun: 'credit note', indexes: ['invoice', 'customer'] },
  customer: { idLength: 14, indexes: ['email', 'test_clock'] },
  customer_balance_transaction: { indexes: ['customer', 'invoice'] },
  customer_cash_balance_transaction: { indexes: ['customer'] },
  dispute: { pathParam: 'dispute', indexes: ['charge', 'payment_intent'] },
  event: { indexes: ['type'] },
  'financial_connections.transaction': { indexes: ['account'] },
  'identity.verification_report': { indexes: ['verification_session'] },
  file: { noun: 'file upload' },
  file_link: { indexes: ['file'] },
  'issuing.authorization': { indexes: ['card', 'cardholder', 'status'] },
  'issuing.card': { indexes: ['cardholder', 'replacement_for', 'status', 'type'] },
  'issuing.cardholder': { indexes: ['email', 'status', 'type'] },
  'issuing.dispute': { indexes: ['transaction', 'status'] },
  'issuing.personalization_design': { indexes: ['lookup_key', 'status'] },
  'issuing.token': { indexes: ['card', 'status'] },
  'issuing.transaction': { indexes: ['card', 'cardholder', 'authorization', 'type'] },
  invoice: { indexes: ['customer', 'parent.subscription_details.subscription', 'number'] },
  invoice_payment: { indexes: ['invoice', 'payment.payment_intent'] },
  invoiceitem: { indexes: ['customer', 'invoice'] },
  mandate: { indexes: ['payment_method'] },
  payment_attempt_record: { indexes: ['payment_record'] },
  payment_intent: { indexes: ['customer'] },
  payment_method: { noun: 'PaymentMethod', pathParam: 'payment_method', indexes: ['customer'] },
  price: { indexes: ['product', 'lookup_key'] },
  product: { idLength: 14 },
  promotion_code: { noun: 'promotion code', indexes: ['promotion.coupon', 'customer'] },
  quote: { indexes: ['customer'] },
  'radar.early_fraud_warning': { indexes: ['charge', 'payment_intent'] },
  'radar.value_list_item': { indexes: ['value_list'] },
  payout: { pathParam: 'payout' },
  refund: { pathParam: 'refund', indexes: ['charge', 'payment_intent'] },
  setup_attempt: { indexes: ['setup_intent'] },
  setup_intent: { noun: 'setupintent', indexes: ['customer', 'payment_method'] },
  source: { indexes: ['customer'] },
  subscription: { indexes: ['customer', 'items.data', 'test_clock'] },
  subscription_schedule: { noun: 'subscription schedule', indexes: ['customer'] },
  'tax.association': { indexes: ['payment_intent'] },
  'tax.transaction': { indexes: ['reference', 'reversal.original_transaction'] },
  'terminal.configuration': { noun: 'configuration' },
  'terminal.location': { noun: 'location' },
  'terminal.reader': { noun: 'reader', indexes: ['location', 'serial_number', 'device_type', 'status'] },
  tax_id: { indexes: ['customer'] },
  tax_rate: { noun: 'tax rate', indexes: ['country'] },
  'treasury.credit_reversal': { indexes: ['financial_account'] },
  'treasury.debit_reversal': { indexes: ['financial_account'] },
  'treasury.inbound_transfer': { indexes: ['financial_account'] },
  'treasury.outbound_payment': { indexes: ['financial_account'] },
  'treasury.outbound_transfer': { indexes: ['financial_account'] },
  'treasury.received_credit': { indexes: ['financial_account'] },
  'treasury.received_debit': { indexes: ['financial_account'] },
  'treasury.transaction': { indexes: ['financial_account'] },
  'treasury.transaction_entry': { indexes: ['transaction', 'financial_account'] },
  webhook_endpoint: { noun: 'webhook endpoint' },
};
