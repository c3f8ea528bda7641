/** What bank accounts do when they are debited, in tests: https://docs.stripe.com/payments/bank-debits. */
import { SOON } from '../kernel/soon';
import { DECLINES as CARD_DECLINES, type Decline } from './declines';
import { scenarioOf, type Scenario } from './test-bank-accounts';

export interface BankBehavior {
  /** Why a debit fails; undefined for one that succeeds. */
  readonly failure?: Decline;
  /** Stripe itself refuses the debit, before the bank is asked. */
  readonly blocked?: Decline;
  /** The bank takes no debits any more once one has failed. */
  readonly endsMandate?: boolean;
  /** The bank does not accept that its customer agreed to debits. */
  readonly refusesMandate?: boolean;
  /** Small deposits do not arrive. */
  readonly failsDeposits?: boolean;
  /** A succeeded debit is disputed. */
  readonly isDisputed?: boolean;
  /** How many seconds the debit is under way. */
  readonly delay: number;
}

/** The two deposits that arrive, in cents, and the code of a single one. */
export const DEPOSITS = { amounts: '32,45', code: 'SM11AA' } as const;
/** Deposits by which tests say that nobody knew them in all attempts. */
export const DEPOSITS_EXCEEDED = { amounts: '10,11', code: 'SM33CC' } as const;
/** Deposits by which tests say that nobody told of them in time. */
export const DEPOSITS_TIMED_OUT = { amounts: '40,41', code: 'SM44DD' } as const;

/** As long as a test has to wait for what takes days in the world, in seconds. */
const LATER = 180;

const failure = (code: string, message: string): Decline => ({ code, message });

const FAILURES = {
  accountClosed: failure('account_closed', 'The customer’s bank account has been closed.'),
  noAccount: failure('no_account', 'The bank account could not be located.'),
  insufficientFunds: failure('insufficient_funds', 'The bank account has insufficient funds to complete the purchase.'),
  debitNotAuthorized: failure(
    'debit_not_authorized',
    'The customer has notified their bank that this payment was unauthorized.',
  ),
  invalidCurrency: failure(
    'invalid_currency',
    'The bank was unable to process this transaction because of its currency.',
  ),
  referToCustomer: failure('refer_to_customer', 'The bank refers to its customer to complete the payment.'),
  sourceLimit: failure('charge_exceeds_source_limit', 'The payment exceeds the weekly limit of the account.'),
  weeklyLimit: failure('charge_exceeds_weekly_limit', 'The payment exceeds the weekly limit of transactions.'),
  transactionLimit: failure('charge_exceeds_transaction_limit', 'The payment exceeds the limit of a transaction.'),
  failed: failure('payment_intent_payment_attempt_failed', 'The payment failed.'),
} as const;

const BEHAVIORS: Readonly<Record<Scenario, BankBehavior>> = {
  accountClosed: {
    delay: SOON,
    failure: FAILURES.accountClosed,
    endsMandate: true,
  },
  accountFailsLater: { delay: LATER, failure: FAILURES.failed },
  bankNotSupported: { delay: SOON },
  blocked: { delay: SOON, blocked: CARD_DECLINES.fraudulent },
  debitNotAuthorized: {
    delay: SOON,
    failure: FAILURES.debitNotAuthorized,
    endsMandate: true,
  },
  debitNotAuthorizedLater: { delay: LATER, failure: FAILURES.debitNotAuthorized, endsMandate: true },
  debitsNotSupported: { delay: SOON },
  disputed: { delay: SOON, isDisputed: true },
  disputedLater: { delay: LATER, isDisputed: true },
  failed: { delay: SOON, failure: FAILURES.failed },
  insufficientFunds: {
    delay: SOON,
    failure: FAILURES.insufficientFunds,
  },
  insufficientFundsLater: { delay: LATER, failure: FAILURES.insufficientFunds },
  invalidCurrency: {
    delay: SOON,
    failure: FAILURES.invalidCurrency,
  },
  invalidNumber: { delay: SOON },
  mandateRefused: { delay: SOON, failure: FAILURES.debitNotAuthorized, refusesMandate: true },
  microdepositsFail: { delay: SOON, failsDeposits: true },
  noAccount: {
    delay: SOON,
    failure: FAILURES.noAccount,
    endsMandate: true,
  },
  processing: { delay: Infinity },
  referToCustomer: { delay: SOON, failure: FAILURES.referToCustomer },
  referToCustomerLater: { delay: LATER, failure: FAILURES.referToCustomer },
  sourceLimit: { delay: SOON, failure: FAILURES.sourceLimit },
  succeeds: { delay: SOON },
  succeedsLater: { delay: LATER },
  transactionLimit: { delay: SOON, failure: FAILURES.transactionLimit },
  weeklyLimit: { delay: SOON, failure: FAILURES.weeklyLimit },
};

/** What an account number does; it pays where nothing special is documented. */
export function bankBehavior(number: string | undefined): BankBehavior {
  return BEHAVIORS[(number !== undefined && scenarioOf(number)) || 'succeeds'];
}
