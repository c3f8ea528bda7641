/** Every card that Stripe documents for tests, and what it does: https://docs.stripe.com/testing. */
import type { DeclineName } from './declines';

export type Check = 'fail' | 'pass' | 'unavailable' | 'unchecked';

/** What a card does when it is used. */
export interface CardBehavior {
  /** Refuses to be verified and to be charged. */
  readonly declines?: DeclineName;
  /** Can be saved, and refuses to be charged. */
  readonly declinesCharges?: DeclineName;
  /**
   * When the cardholder has to authenticate: `always`; only until it was set up for later payments (`untilSetUp`); only with the
   * cardholder present (`onSession`); when the client asks for it (`onRequest`).
   */
  readonly authentication?: 'always' | 'onRequest' | 'onSession' | 'untilSetUp';
  /** What happens when authentication is begun. */
  readonly failsToAuthenticate?: DeclineName;
  /** What the bank says to a payment after its authentication. */
  readonly declinesAuthenticated?: DeclineName;
  readonly checks?: { readonly cvc?: Check; readonly line1?: Check; readonly postalCode?: Check };
  readonly risk?: 'elevated' | 'highest';
  readonly dispute?: DisputeCause;
  /** The issuer warns of fraud; nothing is disputed. */
  readonly fraudWarning?: boolean;
  readonly refund?: 'fails' | 'pending';
  /** What is paid can be spent at once. */
  readonly bypassPending?: boolean;
  /** What a connected account may not do any more after such a payment, until it has given more: https://docs.stripe.com/connect/testing#trigger-cards. */
  readonly blocksAccount?: 'charges' | 'payouts';
  /** What is wrong with a payout to it: that it fails, or that it cannot be there at once. */
  readonly payout?: 'fails' | 'notInstant';
  /** The PIN that a reader asks for, and who checks it: the card, or its bank. */
  readonly pin?: 'offline_pin' | 'online_pin';
}

export interface DisputeCause {
  readonly reason: string;
  readonly network_reason_code: string;
  /** An inquiry takes no money. */
  readonly inquiry?: boolean;
  readonly eligible?: 'visa_compelling_evidence_3' | 'visa_compliance';
  /** How many disputes there will be. */
  readonly count?: number;
  /** It was lost as soon as it began: debits of bank accounts cannot be argued about. */
  readonly isFinal?: boolean;
}

export interface TestCard {
  readonly number: string;
  readonly brand: string;
  readonly funding: 'credit' | 'debit' | 'prepaid';
  readonly country: string;
  readonly behavior: CardBehavior;
}

type Brand = [number: string, names: string, brand: string, funding: TestCard['funding'], country?: string];

/** The names follow `pm_card_` and `tok_`. */
const BRANDS: readonly Brand[] = [
  ['4242424242424242', 'visa us', 'visa', 'credit'],
  ['4111111111111111', '', 'visa', 'credit'],
  ['4012888888881881', '', 'visa', 'credit'],
  ['4000056655665556', 'visa_debit visa_debit_us_transferSuccess', 'visa', 'debit'],
  ['4000051230000072', 'visa_hsa', 'visa', 'debit'],
  ['4000051240000039', 'visa_fsa', 'visa', 'debit'],
  ['5555555555554444', 'mastercard', 'mastercard', 'credit'],
  ['2223003122003222', '', 'mastercard', 'credit'],
  ['5200828282828210', 'mastercard_debit', 'mastercard', 'debit'],
  ['5200828282828897', 'mastercard_fsa', 'mastercard', 'debit'],
  ['5105105105105100', 'mastercard_prepaid', 'mastercard', 'prepaid'],
  ['378282246310005', 'amex amex_threeDSecureNotSupported', 'amex', 'credit'],
  ['371449635398431', '', 'amex', 'credit'],
  ['6011111111111117', 'discover', 'discover', 'credit'],
  ['6011000990139424', '', 'discover', 'credit'],
  ['6011981111111113', 'discover_debit', 'discover', 'debit'],
  ['3056930009020004', 'diners', 'diners', 'credit'],
  ['36227206271667', '', 'diners', 'credit'],
  ['30569309025904', '', 'diners', 'credit'],
  ['38520000023237', '', 'diners', 'credit'],
  ['6555900000604105', 'bccard', 'discover', 'credit', 'KR'],
  ['3566002020360505', 'jcb', 'jcb', 'credit', 'JP'],
  ['6200000000000005', 'unionpay', 'unionpay', 'credit', 'CN'],
  ['6200000000000047', 'unionpay_debit', 'unionpay', 'debit', 'CN'],
  ['6205500000000000004', '', 'unionpay', 'credit', 'CN'],
  ['4000002500001001', 'visa_cartesBancaires', 'visa', 'credit', 'FR'],
  ['5555552500001001', 'mastercard_cartesBancaires', 'mastercard', 'credit', 'FR'],
  ['4000050360000001', 'visa_debit_eftposAuCoBranded', 'visa', 'debit', 'AU'],
  ['5555050360000080', 'mastercard_debit_eftposAuCoBranded', 'mastercard', 'debit', 'AU'],
  ['4506445006931933', '', 'interac', 'debit', 'CA'],
  // By country.
  ['4000000320000021', 'ar', 'visa', 'credit', 'AR'],
  ['4000000760000002', 'br', 'visa', 'credit', 'BR'],
  ['4000001240000000', 'ca', 'visa', 'credit', 'CA'],
  ['4000001520000001', 'cl', 'visa', 'credit', 'CL'],
  ['4000001700000003', 'co', 'visa', 'credit', 'CO'],
  ['4000001880000005', 'cr', 'visa', 'credit', 'CR'],
  ['4000002180000000', 'ec', 'visa', 'credit', 'EC'],
  ['4000004840008001', 'mx', 'visa', 'credit', 'MX'],
  ['5062210000000009', 'mx_carnet', 'carnet', 'credit', 'MX'],
  ['4000005910000000', 'pa', 'visa', 'credit', 'PA'],
  ['4000006000000066', 'py', 'visa', 'credit', 'PY'],
  ['4000006040000068', 'pe', 'visa', 'credit', 'PE'],
  ['4000008580000003', 'uy', 'visa', 'credit', 'UY'],
  ['4000007840000001', 'ae', 'visa', 'credit', 'AE'],
  ['5200007840000022', 'ae_mastercard', 'mastercard', 'credit', 'AE'],
  ['4000000400000008', 'at', 'visa', 'credit', 'AT'],
  ['4000000560000004', 'be', 'visa', 'credit', 'BE'],
  ['4000001000000000', 'bg', 'visa', 'credit', 'BG'],
  ['4000001120000005', 'by', 'visa', 'credit', 'BY'],
  ['4000001910000009', 'hr', 'visa', 'credit', 'HR'],
  ['4000001960000008', 'cy', 'visa', 'credit', 'CY'],
  ['4000002030000002', 'cz', 'visa', 'credit', 'CZ'],
  ['4000002080000001', 'dk', 'visa', 'credit', 'DK'],
  ['4000002330000009', 'ee', 'visa', 'credit', 'EE'],
  ['4000002460000001', 'fi', 'visa', 'credit', 'FI'],
  ['4000002500000003', 'fr', 'visa', 'credit', 'FR'],
  ['4000002760000016', 'de', 'visa', 'credit', 'DE'],
  ['4000002920000005', 'gi', 'visa', 'credit', 'GI'],
  ['4000003000000030', 'gr', 'visa', 'credit', 'GR'],
  ['4000003480000005', 'hu', 'visa', 'credit', 'HU'],
  ['4000003720000005', 'ie', 'visa', 'credit', 'IE'],
  ['4000003800000008', 'it', 'visa', 'credit', 'IT'],
  ['4000004280000005', 'lv', 'visa', 'credit', 'LV'],
  ['4000004380000004', 'li', 'visa', 'credit', 'LI'],
  ['4000004400000000', 'lt', 'visa', 'credit', 'LT'],
  ['4000004420000006', 'lu', 'visa', 'credit', 'LU'],
  ['4000004700000007', 'mt', 'visa', 'credit', 'MT'],
  ['4000005280000002', 'nl', 'visa', 'credit', 'NL'],
  ['4000005780000007', 'no', 'visa', 'credit', 'NO'],
  ['4000006160000005', 'pl', 'visa', 'credit', 'PL'],
  ['4000006200000007', 'pt', 'visa', 'credit', 'PT'],
  ['4000006420000001', 'ro', 'visa', 'credit', 'RO'],
  ['4000006820000007', 'sa', 'visa', 'credit', 'SA'],
  ['4000007030000001', 'sk', 'visa', 'credit', 'SK'],
  ['4000007050000006', 'si', 'visa', 'credit', 'SI'],
  ['4000007240000007', 'es', 'visa', 'credit', 'ES'],
  ['4000007520000008', 'se', 'visa', 'credit', 'SE'],
  ['4000007560000009', 'ch', 'visa', 'credit', 'CH'],
  ['4000008260000000', 'gb', 'visa', 'credit', 'GB'],
  ['4000058260000005', 'gb_debit', 'visa', 'debit', 'GB'],
  ['5555558265554449', 'gb_mastercard', 'mastercard', 'credit', 'GB'],
  ['4000000360000006', 'au', 'visa', 'credit', 'AU'],
  ['4000001560000002', 'cn', 'visa', 'credit', 'CN'],
  ['4000003440000004', 'hk', 'visa', 'credit', 'HK'],
  ['4000003560000008', 'in', 'visa', 'credit', 'IN'],
  ['4000003920000003', 'jp', 'visa', 'credit', 'JP'],
  ['3530111333300000', 'jp_jcb', 'jcb', 'credit', 'JP'],
  ['4000004580000002', 'my', 'visa', 'credit', 'MY'],
  ['4000005540000008', 'nz', 'visa', 'credit', 'NZ'],
  ['4000007020000003', 'sg', 'visa', 'credit', 'SG'],
  ['4000001580000008', 'tw', 'visa', 'credit', 'TW'],
  ['4000007640000003', 'th th_credit', 'visa', 'credit', 'TH'],
  ['4000057640000008', 'th_debit', 'visa', 'debit', 'TH'],
];

const FRAUDULENT = { reason: 'fraudulent', network_reason_code: '10.4' } as const;

type Special = [number: string, names: string, behavior: CardBehavior, country?: string];

const SPECIAL: readonly Special[] = [
  // Declined payments.
  ['4000000000000002', 'visa_chargeDeclined chargeDeclined', { declines: 'generic' }],
  [
    '4000000000009995',
    'visa_chargeDeclinedInsufficientFunds chargeDeclinedInsufficientFunds',
    { declines: 'insufficientFunds' },
  ],
  ['4000000000009987', 'visa_chargeDeclinedLostCard chargeDeclinedLostCard', { declines: 'lost' }],
  ['4000000000009979', 'visa_chargeDeclinedStolenCard chargeDeclinedStolenCard', { declines: 'stolen' }],
  ['4000000000000069', 'chargeDeclinedExpiredCard visa_chargeDeclinedExpiredCard', { declines: 'expired' }],
  ['4000000000000127', 'chargeDeclinedIncorrectCvc visa_chargeDeclinedIncorrectCvc', { declines: 'incorrectCvc' }],
  [
    '4000000000000119',
    'chargeDeclinedProcessingError visa_chargeDeclinedProcessingError',
    { declines: 'processingError' },
  ],
  [
    '4000000000006975',
    'visa_chargeDeclinedVelocityLimitExceeded chargeDeclinedVelocityLimitExceeded',
    { declines: 'velocity' },
  ],
  ['4000000000000341', 'chargeCustomerFail visa_chargeCustomerFail', { declinesCharges: 'generic' }],
  // Fraud.
  ['4100000000000019', 'radarBlock chargeDeclinedFraudulent', { declinesCharges: 'fraudulent', risk: 'highest' }],
  ['4000000000004954', 'riskLevelHighest', { declinesCharges: 'fraudulent', risk: 'highest' }],
  ['4000000000009235', 'riskLevelElevated', { risk: 'elevated' }],
  ['4000008400000407', 'highFraudDisputeScore', { risk: 'elevated' }],
  ['4000008400000159', 'highEfwScore', { risk: 'elevated' }],
  ['4000008400001017', 'radarDynamicRiskThreshold', { risk: 'elevated' }],
  ['4001858821843804', 'freeTrialAbuseBlock', {}],
  ['4000008405600003', 'adaptive3dsChallenge', { authentication: 'onRequest' }],
  ['4000000000000101', 'cvcCheckFail', { checks: { cvc: 'fail' } }],
  ['4000000000000036', 'avsZipFail', { checks: { postalCode: 'fail' } }],
  ['4000058400307872', 'cvcCheckFailElevatedRisk', { checks: { cvc: 'fail' }, risk: 'elevated' }],
  ['4000058400306072', 'avsZipFailElevatedRisk', { checks: { postalCode: 'fail' }, risk: 'elevated' }],
  ['4000000000000028', 'avsLine1Fail', { checks: { line1: 'fail' } }],
  ['4000000000000010', 'avsFail', { checks: { line1: 'fail', postalCode: 'fail' } }],
  ['4000000000000044', 'avsUnchecked', { checks: { line1: 'unavailable', postalCode: 'unavailable' } }],
  // A captcha is a matter of the payment page; the API knows nothing of it.
  ['4000000000001208', 'captchaChallenge', {}],
  ['4000000000003725', '', {}],
  // Disputes.
  ['4000000000000259', 'createDispute', { dispute: FRAUDULENT }],
  [
    '4000000000002685',
    'createDisputeProductNotReceived',
    { dispute: { reason: 'product_not_received', network_reason_code: '13.1' } },
  ],
  [
    '4000000000001976',
    'createDisputeInquiry',
    { dispute: { reason: 'fraudulent', network_reason_code: '10', inquiry: true } },
  ],
  ['4000000000005423', 'createIssuerFraudRecord', { fraudWarning: true }],
  ['4000000404000079', 'createMultipleDisputes', { dispute: { ...FRAUDULENT, count: 2 } }],
  [
    '4000000404000038',
    'createCe3EligibleDispute',
    { dispute: { ...FRAUDULENT, eligible: 'visa_compelling_evidence_3' } },
  ],
  [
    '4000008400000779',
    'createComplianceDispute',
    { dispute: { reason: 'noncompliant', network_reason_code: 'C', eligible: 'visa_compliance' } },
  ],
  // Refunds.
  ['4000000000007726', 'pendingRefund', { refund: 'pending' }],
  ['4000000000005126', 'refundFail refundFailure', { refund: 'fails' }],
  // Available balance.
  ['4000000000000077', 'bypassPending', { bypassPending: true }],
  ['4000003720000278', 'bypassPendingInternational', { bypassPending: true }, 'IE'],
  ['4000000000000093', 'domesticPricing', {}],
  // Connect.
  ['4000000000004202', 'visa_triggerNextRequirements', {}],
  ['4000000000004210', 'visa_triggerChargeBlock', { blocksAccount: 'charges' }],
  ['4000000000004236', 'visa_triggerPayoutBlock', { blocksAccount: 'payouts' }],
  // Authentication.
  ['4000002500003155', 'authenticationRequiredOnSetup', { authentication: 'untilSetUp' }, 'FR'],
  ['4000002760003184', 'authenticationRequired', { authentication: 'always' }, 'DE'],
  ['4000003800000446', 'authenticationRequiredSetupForOffSession', { authentication: 'onSession' }, 'IT'],
  [
    '4000008260003178',
    'authenticationRequiredChargeDeclinedInsufficientFunds',
    { authentication: 'onSession', declinesCharges: 'insufficientFunds' },
    'GB',
  ],
  ['4000000000003220', 'threeDSecure2Required', { authentication: 'always' }],
  ['4000000000003063', 'threeDSecureRequired', { authentication: 'always' }],
  ['4000008400000027', '', { authentication: 'always' }],
  [
    '4000008400001629',
    'threeDSecureRequiredChargeDeclined',
    { authentication: 'always', declinesAuthenticated: 'generic' },
  ],
  [
    '4000008400001280',
    'threeDSecureRequiredProcessingError',
    { authentication: 'always', failsToAuthenticate: 'generic' },
  ],
  ['4000000000003055', 'threeDSecureOptional', { authentication: 'onRequest' }],
  [
    '4000000000003097',
    'threeDSecureOptionalProcessingError',
    { authentication: 'onRequest', failsToAuthenticate: 'processingError' },
  ],
  ['4000000032200000', '', {}],
  ['4000582600000094', '', { authentication: 'always' }, 'GB'],
  ['4000582600000045', '', { authentication: 'always' }, 'GB'],
  ['4000582600000102', '', { authentication: 'always' }, 'GB'],
  ['4000582600000110', '', { authentication: 'always' }, 'GB'],
  // PIN, which only a reader asks for.
  ['4001007020000002', 'offlinePin', { pin: 'offline_pin' }, 'SG'],
  ['4000008260000075', 'offlinePinScaRetry', { pin: 'offline_pin' }, 'GB'],
  ['4001000360000005', 'onlinePinScaRetry', { pin: 'online_pin' }, 'AU'],
  ['4000002760000008', '', { pin: 'online_pin' }, 'DE'],
];

const BY_NUMBER = new Map<string, TestCard>();
const BY_NAME = new Map<string, TestCard>();

function add(card: TestCard, names: string): void {
  BY_NUMBER.set(card.number, card);
  for (const name of names.split(' ').filter(Boolean)) BY_NAME.set(name, card);
}

for (const [number, names, brand, funding, country = 'US'] of BRANDS)
  add({ number, brand, funding, country, behavior: {} }, names);
for (const [number, names, behavior, country = 'US'] of SPECIAL)
  add({ number, brand: 'visa', funding: 'credit', country, behavior }, names);

// Debit cards that accounts are paid out to: https://docs.stripe.com/connect/testing#payouts.
const DEBIT = { brand: 'visa', funding: 'debit', country: 'US' } as const;
add({ ...DEBIT, number: '4000056755665555', behavior: { payout: 'fails' } }, 'visa_debit_us_transferFail');
add(
  { ...DEBIT, number: '4000056655665572', behavior: { payout: 'notInstant' } },
  'visa_debit_us_instantPayoutUnsupported',
);

/** What is documented about a card: by its number, or as `pm_card_…` or `tok_…`. Undefined for what Stripe has no word about. */
export function testCard(numberOrName: string): TestCard | undefined {
  const [, name] = /^(?:pm_card_|tok_)(\w+)$/.exec(numberOrName) ?? [];
  return name === undefined ? BY_NUMBER.get(numberOrName) : BY_NAME.get(name);
}

/** The names of all documented cards, without `pm_card_` and `tok_`. */
export function testCardNames(): string[] {
  return [...BY_NAME.keys()];
}
