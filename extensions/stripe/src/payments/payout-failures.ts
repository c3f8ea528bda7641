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
