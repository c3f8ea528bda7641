/** Bank accounts and their test numbers: https://docs.stripe.com/payments/ach-direct-debit, https://docs.stripe.com/payments/sepa-debit. */
import type { Decline } from './declines';

export interface BankBehavior {
  /** Why a debit fails; undefined for one that succeeds. */
  readonly failure?: Decline;
  /** A succeeded debit is disputed. */
  readonly isDisputed?: boolean;
  /** How many seconds the debit is under way. */
  readonly delay: number;
}

/** As long as a test has to wait for what takes days in the world. */
const SOON = 1;
const LATER = 180;

const failure = (code: string, message: string): Decline => ({ code, message });

const DECLINES = {
  accountClosed: failure('bank_account_closed', 'The bank account has been closed.'),
  noAccount: failure('bank_account_unusable', 'No bank account could be located.'),
  insufficientFunds: failure('insufficient_funds', 'The bank account has insufficient funds to complete the purchase.'),
  debitNotAuthorized: failure(
    'debit_not_authorized',
    'The customer has notified their bank that this payment was unauthorized.',
  ),
  invalidCurrency: failure(
    'invalid_currency',
    'The bank was unable to process this transaction because of its currency.',
  ),
  weeklyLimit: failure('payment_intent_payment_attempt_failed', 'The payment exceeds the account’s weekly limit.'),
  failed: failure('payment_intent_payment_attempt_failed', 'The payment failed.'),
} as const;

const ACCOUNTS: Readonly<Record<string, BankBehavior>> = {
  // ACH: routing number 110000000.
  '000111111113': {
    delay: SOON,
    failure: DECLINES.accountClosed,
  },
  '000111111116': {
    delay: SOON,
    failure: DECLINES.noAccount,
  },
  '000222222227': {
    delay: SOON,
    failure: DECLINES.insufficientFunds,
  },
  '000333333335': {
    delay: SOON,
    failure: DECLINES.debitNotAuthorized,
  },
  '000444444440': {
    delay: SOON,
    failure: DECLINES.invalidCurrency,
  },
  '000000004954': { delay: SOON, failure: DECLINES.failed },
  '000555555559': { delay: SOON, isDisputed: true },
  '000777777771': { delay: SOON, failure: DECLINES.weeklyLimit },
  '000888888885': { delay: SOON, failure: DECLINES.failed },
  // SEPA and other debits.
  AT321904300235473204: { delay: LATER },
  AT861904300235473202: { delay: SOON, failure: DECLINES.failed },
  IT60X0542811101000000123456: { delay: SOON, failure: DECLINES.failed },
  AT051904300235473205: { delay: LATER, failure: DECLINES.failed },
  AT591904300235473203: { delay: SOON, isDisputed: true },
  AT981904300000343434: { delay: SOON, failure: DECLINES.weeklyLimit },
  AT601904300000121212: { delay: SOON, failure: DECLINES.insufficientFunds },
  // Bacs: sort code 108800.
  '90012345': { delay: LATER },
  '33333335': { delay: SOON, failure: DECLINES.failed },
  '93333335': { delay: LATER, failure: DECLINES.failed },
  '22222227': { delay: SOON, failure: DECLINES.insufficientFunds },
  '55555559': { delay: SOON, isDisputed: true },
  // BECS: BSB 000000.
  '900123456': { delay: LATER },
  '111111113': { delay: SOON, failure: DECLINES.accountClosed },
  '111111116': { delay: LATER, failure: DECLINES.noAccount },
  '222222227': { delay: SOON, failure: DECLINES.insufficientFunds },
  '333333335': { delay: SOON, failure: DECLINES.debitNotAuthorized },
  '555555559': { delay: SOON, isDisputed: true },
};

/** The account numbers that `pm_usBankAccount_…` stand for. */
export const NAMED_ACCOUNTS: Readonly<Record<string, string>> = {
  success: '000123456789',
  accountClosed: '000111111113',
  noAccount: '000111111116',
  insufficientFunds: '000222222227',
  debitNotAuthorized: '000333333335',
  invalidCurrency: '000444444440',
  failMicrodeposits: '000666666661',
  dispute: '000555555559',
  processing: '000000000009',
  weeklyLimitExceeded: '000777777771',
};

/** What a payout fails with. */
export interface PayoutFailure {
  readonly code: string;
  readonly message: string;
}

/** The numbers that refuse payouts are alike in all countries, and those of IBANs end alike: https://docs.stripe.com/connect/testing. */
const PAYOUT_FAILURES: readonly (readonly [number: RegExp, failure: PayoutFailure])[] = [
  [
    /^0*1{7,}6$|370400440532013001$/,
    {
      code: 'no_account',
      message:
        'The bank account details on file are probably incorrect. No bank account could be located with those details.',
    },
  ],
  [/^0*1{7,}3$|370400440532013002$/, { code: 'account_closed', message: 'The bank account has been closed.' }],
  [/^0*2{7,}7$|370400440532013003$/, { code: 'insufficient_funds', message: 'The account has insufficient funds.' }],
  [
    /^0*3{7,}5$|370400440532013004$/,
    { code: 'debit_not_authorized', message: 'Debit transactions are not approved on the bank account.' },
  ],
  [
    /^0*4{7,}0$|370400440532013005$/,
    { code: 'invalid_currency', message: 'The bank was unable to process this payout because of its currency.' },
  ],
];

/** What a payout to an account fails with; undefined for one that arrives. */
export function payoutFailureOf(number: string | undefined): PayoutFailure | undefined {
  return number === undefined ? undefined : PAYOUT_FAILURES.find(([pattern]) => pattern.test(number))?.[1];
}

/** What an account number does; it pays where nothing special is documented. */
export function bankBehavior(number: string | undefined): BankBehavior {
  if (number === '000000000009') return { delay: Infinity };
  // The ends of IBANs are the same in all countries.
  const iban =
    number === undefined
      ? undefined
      : Object.keys(ACCOUNTS).find(
          (each) => each.startsWith('AT') && /^[A-Z]/.test(number) && number.endsWith(each.slice(-9)),
        );
  return (number === undefined ? undefined : (ACCOUNTS[number] ?? (iban && ACCOUNTS[iban]))) || { delay: SOON };
}
