/** What types of payment methods are called, where that is not their name in the API with capitals. */
export const METHOD_NAMES: Readonly<Record<string, string>> = {
  acss_debit: 'Pre-authorized debit',
  afterpay_clearpay: 'Afterpay / Clearpay',
  au_becs_debit: 'BECS Direct Debit',
  bacs_debit: 'Bacs Direct Debit',
  blik: 'BLIK',
  cashapp: 'Cash App Pay',
  eps: 'EPS',
  fpx: 'FPX',
  grabpay: 'GrabPay',
  ideal: 'iDEAL',
  mobilepay: 'MobilePay',
  oxxo: 'OXXO',
  p24: 'Przelewy24',
  paynow: 'PayNow',
  paypal: 'PayPal',
  promptpay: 'PromptPay',
  sepa_debit: 'SEPA Direct Debit',
  twint: 'TWINT',
  us_bank_account: 'US bank account',
  wechat_pay: 'WeChat Pay',
};

/** What a type of payment method is called on a page. */
export function methodName(type: string): string {
  return (
    METHOD_NAMES[type] ??
    type
      .split('_')
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
      .join(' ')
  );
}
