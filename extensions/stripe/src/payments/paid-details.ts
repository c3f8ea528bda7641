/** What those who carry a payment out say of it afterwards, and a charge shows: https://docs.stripe.com/api/charges/object#charge_object-payment_method_details. */
import type Stripe from 'stripe';
import { fingerprint } from './cards';
import { MULTIBANCO, VOUCHER_NUMBER } from './next-action';

/** Who pays in tests. */
const BUYER = { id: 'test_buyer', email: 'jenny@example.com', name: 'Jenny Rosen', country: 'US' } as const;
const CARD = {
  brand: 'visa',
  country: 'US',
  exp_month: 12,
  exp_year: 2034,
  last4: '4242',
} as const;
interface Paid {
  /** What the payment is called by who carried it out. */
  readonly reference: string;
  readonly name: string;
  readonly email: string;
  readonly country: string;
}

const numbered = ({ reference }: Paid): object => ({ transaction_id: reference });
const referenced = ({ reference }: Paid): object => ({ reference });
const named = ({ name }: Paid): object => ({ verified_name: name });
const funded = ({ reference }: Paid): object => ({
  funding: { card: { ...CARD, funding: 'credit' }, type: 'card' },
  transaction_id: reference,
});
/** Wallets of Korea tell who paid. */
const korean = ({ reference }: Paid): object => ({ buyer_id: BUYER.id, transaction_id: reference });

const DETAILS: Readonly<Record<string, (paid: Paid) => object>> = {
  affirm: numbered,
  afterpay_clearpay: ({ reference }) => ({ order_id: reference, reference }),
  alipay: numbered,
  alma: numbered,
  amazon_pay: funded,
  billie: numbered,
  blik: () => ({ buyer_id: BUYER.id }),
  cashapp: ({ reference }) => ({ buyer_id: BUYER.id, cashtag: '$jennyrosen', transaction_id: reference }),
  eps: named,
  fpx: numbered,
  giropay: named,
  grabpay: numbered,
  kakao_pay: korean,
  klarna: ({ country }) => ({ payment_method_category: 'pay_later', preferred_locale: `en-${country}` }),
  konbini: () => ({ store: { chain: 'familymart' } }),
  kr_card: (paid) => ({ ...korean(paid), brand: 'samsung', last4: CARD.last4 }),
  link: ({ country }) => ({ country }),
  mobilepay: () => ({ card: CARD }),
  multibanco: () => MULTIBANCO,
  naver_pay: korean,
  oxxo: () => ({ number: VOUCHER_NUMBER }),
  p24: (paid) => ({ ...referenced(paid), ...named(paid) }),
  payco: korean,
  paynow: referenced,
  paypal: ({ country, email, name, reference }) => ({
    country,
    payer_email: email,
    payer_id: BUYER.id,
    payer_name: name,
    seller_protection: { dispute_categories: ['fraudulent', 'product_not_received'], status: 'eligible' },
    transaction_id: reference,
  }),
  pix: ({ reference }) => ({ bank_transaction_id: reference }),
  promptpay: referenced,
  revolut_pay: funded,
  samsung_pay: korean,
  satispay: numbered,
  swish: ({ reference }) => ({
    fingerprint: fingerprint(BUYER.id),
    payment_reference: reference,
    verified_phone_last4: '0000',
  }),
  wechat_pay: numbered,
};

/** The fields that a payment by a type adds to what its payment method says of itself. */
export function paidDetails({ billing_details: billing, id, type }: Stripe.PaymentMethod): object {
  return (
    DETAILS[type]?.({
      reference: fingerprint(id).toUpperCase(),
      name: billing.name ?? BUYER.name,
      email: billing.email ?? BUYER.email,
      country: billing.address?.country ?? BUYER.country,
    }) ?? {}
  );
}
