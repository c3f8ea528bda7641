/** What a customer has to do before a payment goes on: https://docs.stripe.com/api/payment_intents/object#payment_intent_object-next_action. */
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { METHOD_TYPES } from './method-types';
import { voucherExpiry, type VoucherOptions } from './vouchers';

const DAY = 24 * 60 * 60;

/** Where a customer agrees to a payment, or proves to be the cardholder: a page of ours. */
export function actionUrl(stripe: Backend, intentId: string): string {
  return stripe.pageUrl(`authenticate/${intentId}`);
}

export interface ActionOptions {
  readonly returnUrl: string | undefined;
  readonly useSdk: boolean;
  /** What the intent says of a voucher. */
  readonly voucher?: VoucherOptions;
}

/** How the cardholder authenticates: on a page, or in what Stripe’s script shows. */
export function authenticate(stripe: Backend, intentId: string, { returnUrl, useSdk }: ActionOptions): object {
  const url = actionUrl(stripe, intentId);
  if (returnUrl !== undefined && !useSdk) {
    return { redirect_to_url: { return_url: returnUrl, url }, type: 'redirect_to_url' };
  }
  return {
    type: 'use_stripe_sdk',
    use_stripe_sdk: { source: stripe.newId('source'), stripe_js: url, type: 'three_d_secure_redirect' },
  };
}

export const VOUCHER_NUMBER = '01234567890123456789012345678901';
/** What a customer types in at a cash machine. */
export const MULTIBANCO = { entity: '12345', reference: '123456789' } as const;
const APP_LIFETIME = 60 * 60;

/** What a voucher says, besides where it is shown. */
function voucherOf(
  type: string,
  url: string,
  expires: number,
  { confirmation_number: number }: VoucherOptions,
): object {
  const store = { confirmation_number: number ?? '1234567890', payment_code: '123456' };
  switch (type) {
    case 'oxxo':
      return { expires_after: expires, number: VOUCHER_NUMBER };
    case 'multibanco':
      return { ...MULTIBANCO, expires_at: expires };
    case 'konbini':
      return { expires_at: expires, stores: { familymart: store, lawson: store, ministop: store, seicomart: store } };
    default:
      return { expires_at: expires, number: VOUCHER_NUMBER, pdf: `${url}.pdf` };
  }
}

/** What a way to pay that is not a card asks of the customer. */
export function actionFor(
  stripe: Backend,
  intentId: string,
  method: Stripe.PaymentMethod,
  { returnUrl, voucher = {} }: ActionOptions,
): object {
  const url = actionUrl(stripe, intentId);
  const { action = 'redirect_to_url', flow } = METHOD_TYPES[method.type] ?? {};
  const expires = flow === 'voucher' ? voucherExpiry(stripe.now(), method, voucher) : stripe.now() + APP_LIFETIME;
  if (flow === 'voucher' && method.type !== 'pix') {
    return {
      [action]: { hosted_voucher_url: url, ...voucherOf(method.type, url, expires, voucher) },
      type: action,
    };
  }
  const images = { image_url_png: `${url}.png`, image_url_svg: `${url}.svg` };
  const code = { data: url, hosted_instructions_url: url, ...images };
  const app = { hosted_instructions_url: url, mobile_auth_url: url };
  const contents: Readonly<Record<string, object>> = {
    alipay_handle_redirect: { native_data: null, native_url: null, return_url: returnUrl ?? null, url },
    blik_authorize: {},
    cashapp_handle_redirect_or_display_qr_code: { ...app, qr_code: { expires_at: expires, ...images } },
    paynow_display_qr_code: code,
    pix_display_qr_code: { ...code, expires_at: expires },
    promptpay_display_qr_code: code,
    redirect_to_url: { return_url: returnUrl ?? null, url },
    swish_handle_redirect_or_display_qr_code: { ...app, qr_code: { data: url, expires_at: expires, ...images } },
    wechat_pay_display_qr_code: { ...code, image_data_url: '' },
  };
  return { [action]: contents[action], type: action };
}

/** How a bank account that was typed in is verified. */
export function verifyWithMicrodeposits(stripe: Backend, intentId: string): object {
  return {
    type: 'verify_with_microdeposits',
    verify_with_microdeposits: {
      arrival_date: stripe.now() + DAY,
      hosted_verification_url: stripe.pageUrl(`microdeposits/${intentId}`),
      microdeposit_type: 'descriptor_code',
    },
  };
}
