/** The ways to pay besides cards, and what happens when one is used: https://docs.stripe.com/payments/payment-methods. */

/**
 * `immediate` succeeds at once; `present` too, with a card that was there; `redirect` sends the customer away to agree; `voucher`
 * waits for a payment elsewhere; `debit` is under way for a while; `transfer` waits for money to arrive.
 */
export type Flow = 'card' | 'debit' | 'immediate' | 'present' | 'redirect' | 'transfer' | 'voucher';

export interface MethodType {
  readonly flow: Flow;
  /** Whether a customer can keep it for later payments. */
  readonly reusable: boolean;
  /** The only currencies that it takes; any where left out. */
  readonly currencies?: readonly string[];
  /** What a `next_action` is called, where it is not `redirect_to_url`. */
  readonly action?: string;
  readonly manualCapture?: boolean;
}

const redirect = (
  currencies?: string,
  more: { readonly reusable?: boolean; readonly action?: string; readonly manualCapture?: boolean } = {},
): MethodType => ({
  flow: 'redirect',
  reusable: false,
  ...(currencies !== undefined && { currencies: currencies.split(' ') }),
  ...more,
});
const debit = (currencies: string): MethodType => ({
  flow: 'debit',
  reusable: true,
  currencies: currencies.split(' '),
});
const voucher = (currencies: string, action: string): MethodType => ({
  flow: 'voucher',
  reusable: false,
  currencies: currencies.split(' '),
  action,
});

export const METHOD_TYPES: Readonly<Record<string, MethodType>> = {
  acss_debit: debit('cad usd'),
  affirm: redirect('usd cad', { manualCapture: true }),
  afterpay_clearpay: redirect('usd cad gbp aud nzd', { manualCapture: true }),
  alipay: redirect(undefined, { action: 'alipay_handle_redirect' }),
  alma: redirect('eur', { manualCapture: true }),
  amazon_pay: redirect(undefined, { reusable: true, manualCapture: true }),
  au_becs_debit: debit('aud'),
  bacs_debit: debit('gbp'),
  bancontact: redirect('eur', { reusable: true }),
  billie: redirect('eur gbp sek', { manualCapture: true }),
  bizum: redirect('eur'),
  blik: redirect('pln', { action: 'blik_authorize' }),
  boleto: voucher('brl', 'boleto_display_details'),
  card: { flow: 'card', reusable: true, manualCapture: true },
  card_present: { flow: 'present', reusable: false, manualCapture: true },
  cashapp: redirect('usd', {
    reusable: true,
    manualCapture: true,
    action: 'cashapp_handle_redirect_or_display_qr_code',
  }),
  crypto: redirect('usd'),
  customer_balance: { flow: 'transfer', reusable: false, action: 'display_bank_transfer_instructions' },
  eps: redirect('eur'),
  fpx: redirect('myr'),
  giropay: redirect('eur'),
  grabpay: redirect('sgd myr'),
  ideal: redirect('eur', { reusable: true }),
  interac_present: { flow: 'present', reusable: false, currencies: ['cad'] },
  kakao_pay: redirect('krw', { reusable: true, manualCapture: true }),
  klarna: redirect(undefined, { reusable: true, manualCapture: true }),
  konbini: voucher('jpy', 'konbini_display_details'),
  kr_card: redirect('krw', { reusable: true, manualCapture: true }),
  link: { flow: 'immediate', reusable: true, manualCapture: true },
  mb_way: redirect('eur'),
  mobilepay: redirect('eur dkk sek nok', { manualCapture: true }),
  multibanco: voucher('eur', 'multibanco_display_details'),
  naver_pay: redirect('krw', { reusable: true, manualCapture: true }),
  nz_bank_account: debit('nzd'),
  oxxo: voucher('mxn', 'oxxo_display_details'),
  p24: redirect('eur pln'),
  pay_by_bank: redirect('gbp eur'),
  payco: redirect('krw', { manualCapture: true }),
  paynow: redirect('sgd', { action: 'paynow_display_qr_code' }),
  paypal: redirect(undefined, { reusable: true, manualCapture: true }),
  paypay: redirect('jpy'),
  payto: { ...debit('aud'), flow: 'debit' },
  pix: voucher('brl', 'pix_display_qr_code'),
  promptpay: redirect('thb', { action: 'promptpay_display_qr_code' }),
  revolut_pay: redirect('gbp eur ron huf pln dkk', { reusable: true, manualCapture: true }),
  samsung_pay: redirect('krw', { manualCapture: true }),
  satispay: redirect('eur', { manualCapture: true }),
  scalapay: redirect('eur', { manualCapture: true }),
  sepa_debit: debit('eur'),
  sequra: redirect('eur', { manualCapture: true }),
  sofort: { ...redirect('eur'), reusable: true },
  sunbit: redirect('usd'),
  swish: redirect('sek', { action: 'swish_handle_redirect_or_display_qr_code' }),
  twint: redirect('chf'),
  upi: redirect('inr', { reusable: true }),
  us_bank_account: debit('usd'),
  wechat_pay: redirect(undefined, { action: 'wechat_pay_display_qr_code' }),
  zip: redirect('usd aud nzd'),
};

const USUAL: Readonly<Record<string, readonly string[]>> = {
  usd: ['card', 'klarna', 'link', 'cashapp', 'amazon_pay'],
  eur: ['card', 'bancontact', 'eps', 'ideal', 'klarna', 'link'],
};

/** What an account that changed nothing in its Dashboard offers in a currency. */
export function usualMethodTypes(currency: string): string[] {
  return [...(USUAL[currency] ?? ['card', 'link'])];
}

/** Whether a type can be used with `automatic_payment_methods`, also where it is not offered first. */
export function takesCurrency(type: string, currency: string): boolean {
  const { currencies } = METHOD_TYPES[type] ?? {};
  return currencies?.includes(currency) ?? true;
}
