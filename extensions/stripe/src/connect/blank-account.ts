import type Stripe from 'stripe';
import { blank } from '../spec/shapes';

type Fields = Record<string, unknown>;

const CURRENCIES: Readonly<Record<string, string>> = {
  AU: 'aud',
  BR: 'brl',
  CA: 'cad',
  CH: 'chf',
  DK: 'dkk',
  GB: 'gbp',
  HK: 'hkd',
  IN: 'inr',
  JP: 'jpy',
  MX: 'mxn',
  NO: 'nok',
  NZ: 'nzd',
  PL: 'pln',
  SE: 'sek',
  SG: 'sgd',
  US: 'usd',
};

export function currencyOf(country: string): string {
  return CURRENCIES[country] ?? 'eur';
}

/** In how many days what comes in is paid out, where that is not the usual time. */
const DELAYS: Readonly<Record<string, number>> = { AU: 2, US: 2 };
const USUAL_DELAY = 7;

function defaultSettings(country: string, isOfStripe: boolean): Fields {
  return {
    bacs_debit_payments: { display_name: null, service_user_number: null },
    branding: { icon: null, logo: null, primary_color: null, secondary_color: null },
    card_issuing: { tos_acceptance: { date: null, ip: null } },
    card_payments: {
      decline_on: { avs_failure: false, cvc_failure: false },
      statement_descriptor_prefix: null,
      statement_descriptor_prefix_kana: null,
      statement_descriptor_prefix_kanji: null,
    },
    dashboard: { display_name: null, timezone: 'Etc/UTC' },
    invoices: { default_account_tax_ids: null, hosted_payment_method_save: 'offer' },
    payments: {
      statement_descriptor: null,
      statement_descriptor_kana: null,
      statement_descriptor_kanji: null,
      statement_descriptor_prefix_kana: null,
      statement_descriptor_prefix_kanji: null,
    },
    payouts: {
      debit_negative_balances: isOfStripe,
      schedule: { delay_days: DELAYS[country] ?? USUAL_DELAY, interval: 'daily' },
      statement_descriptor: null,
    },
    sepa_debit_payments: {},
  };
}

/** An account that nobody has said anything about. Its losses are Stripe's own where Stripe asks it for what it lacks: `isOfStripe`. */
export function blankAccount(id: string, country: string, created: number, isOfStripe = true): Stripe.Account {
  return {
    ...blank('account'),
    id,
    business_profile: {
      annual_revenue: null,
      estimated_worker_count: null,
      mcc: null,
      minority_owned_business_designation: null,
      name: null,
      product_description: null,
      specified_commercial_transactions_act_url: null,
      support_address: null,
      support_email: null,
      support_phone: null,
      support_url: null,
      url: null,
    },
    business_type: null,
    capabilities: {},
    country,
    created,
    default_currency: currencyOf(country),
    email: null,
    external_accounts: {
      object: 'list',
      data: [],
      has_more: false,
      total_count: 0,
      url: `/v1/accounts/${id}/external_accounts`,
    },
    metadata: {},
    settings: defaultSettings(country, isOfStripe),
    tos_acceptance: { date: null, ip: null, user_agent: null },
  } as unknown as Stripe.Account;
}
