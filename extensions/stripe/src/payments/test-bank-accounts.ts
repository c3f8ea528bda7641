/** Every bank account that Stripe documents for tests, and what debits from it lead to: https://docs.stripe.com/testing#non-card-payments. */
import { ibanEnding } from './iban';

/** What an account is for. */
export type Scenario =
  | 'accountClosed'
  | 'accountFailsLater'
  | 'blocked'
  | 'debitNotAuthorized'
  | 'debitNotAuthorizedLater'
  | 'debitsNotSupported'
  | 'disputed'
  | 'disputedLater'
  | 'failed'
  | 'insufficientFunds'
  | 'insufficientFundsLater'
  | 'invalidCurrency'
  | 'invalidNumber'
  | 'mandateRefused'
  | 'microdepositsFail'
  | 'noAccount'
  | 'bankNotSupported'
  | 'processing'
  | 'referToCustomer'
  | 'referToCustomerLater'
  | 'sourceLimit'
  | 'succeeds'
  | 'succeedsLater'
  | 'transactionLimit'
  | 'weeklyLimit';

/** A number, what follows the prefix in the token that stands for it, if there is one, and what the account is for. */
type Account = readonly [number: string, token: string, scenario: Scenario];

/** Accounts of the United States: routing number 110000000. */
const US: readonly Account[] = [
  ['000123456789', 'success', 'succeeds'],
  ['000111111113', 'accountClosed', 'accountClosed'],
  ['000000004954', 'riskLevelHighest', 'blocked'],
  ['000111111116', 'noAccount', 'noAccount'],
  ['000222222227', 'insufficientFunds', 'insufficientFunds'],
  ['000333333335', 'debitNotAuthorized', 'debitNotAuthorized'],
  ['000444444440', 'invalidCurrency', 'invalidCurrency'],
  ['000666666661', 'failMicrodeposits', 'microdepositsFail'],
  ['000555555559', 'dispute', 'disputed'],
  ['000000000009', 'processing', 'processing'],
  ['000777777771', 'weeklyLimitExceeded', 'sourceLimit'],
  ['000888888885', '', 'failed'],
];

/** Accounts of Canada: institution 000, transit number 11000. The numbers are those of the United States, and some more. */
const CANADA: readonly Account[] = [
  ['000123456789', 'success', 'succeeds'],
  ['900123456789', '', 'succeedsLater'],
  ['000111111116', 'noAccount', 'noAccount'],
  ['000111111113', 'accountClosed', 'accountClosed'],
  ['000222222227', 'insufficientFunds', 'insufficientFunds'],
  ['900222222227', '', 'insufficientFundsLater'],
  ['000333333335', 'debitNotAuthorized', 'debitNotAuthorized'],
  ['000555555559', 'dispute', 'disputed'],
  ['000888888881', '', 'transactionLimit'],
];

/** Accounts of the United Kingdom: sort code 108800. */
const BRITAIN: readonly Account[] = [
  ['00012345', 'success', 'succeeds'],
  ['90012345', 'successDelayed', 'succeedsLater'],
  ['33333335', 'debitNotAuthorized', 'debitNotAuthorized'],
  ['93333335', 'debitNotAuthorizedDelayed', 'debitNotAuthorizedLater'],
  ['22222227', 'insufficientFunds', 'insufficientFunds'],
  ['92222227', 'insufficientFundsDelayed', 'insufficientFundsLater'],
  ['55555559', 'dispute', 'disputedLater'],
  ['00033333', 'mandateRefused', 'mandateRefused'],
  ['00044444', '', 'invalidNumber'],
  ['34343434', 'exceedsWeeklyLimit', 'sourceLimit'],
  ['12121212', 'exceedsTransactionLimit', 'transactionLimit'],
];

/** Accounts of Australia: BSB 000000. */
const AUSTRALIA: readonly Account[] = [
  ['000123456', 'success', 'succeeds'],
  ['900123456', 'successDelayed', 'succeedsLater'],
  ['111111113', 'accountClosed', 'accountClosed'],
  ['111111116', 'noAccount', 'noAccount'],
  ['222222227', 'referToCustomer', 'referToCustomer'],
  ['922222227', 'referToCustomerDelayed', 'referToCustomerLater'],
  ['333333335', 'debitNotAuthorized', 'debitNotAuthorized'],
  ['666666660', 'dispute', 'disputed'],
  ['343434343', 'exceedsWeeklyLimit', 'sourceLimit'],
  ['121212121', 'exceedsTransactionLimit', 'transactionLimit'],
];

/** The scenarios of the columns of {@link EUROPE}. */
const COLUMNS: readonly (readonly [token: string, scenario: Scenario])[] = [
  ['success', 'succeeds'],
  ['successDelayed', 'succeedsLater'],
  ['failed', 'failed'],
  ['failedDelayed', 'accountFailsLater'],
  ['disputed', 'disputed'],
  ['exceedsWeeklyVolumeLimit', 'sourceLimit'],
];

const EUROPE: readonly (readonly string[])[] = `
AT611904300234573201 AT321904300235473204 AT861904300235473202 AT051904300235473205 AT591904300235473203 AT981904300000343434
BE62510007547061 BE78510007547064 BE68539007547034 BE51510007547065 BE08510007547063 BE90510000343434
HR7624020064583467589 HR6323600002337876649 HR2725000096983499248 HR6723600004878117427 HR8724840081455523553 HR7424020060000343434
EE382200221020145685 EE222200221020145682 EE762200221020145680 EE922200221020145683 EE492200221020145681 EE672200000000343434
FI2112345600000785 FI3712345600000788 FI9112345600000786 FI1012345600000789 FI6412345600000787 FI6712345600343434
FR1420041010050500013M02606 FR3020041010050500013M02609 FR8420041010050500013M02607 FR7920041010050500013M02600 FR5720041010050500013M02608 FR9720041010050000000343434
DE89370400440532013000 DE08370400440532013003 DE62370400440532013001 DE78370400440532013004 DE35370400440532013002 DE65370400440000343434
GI60MPFS599327643783385 GI08RRNW626436291644533 GI41SAFA461293238477751 GI50LROG772261344693297 GI26KJBC361883934534696 GI14NWBK000000000343434
IE29AIBK93115212345678 IE24AIBK93115212345671 IE02AIBK93115212345679 IE94AIBK93115212345672 IE51AIBK93115212345670 IE10AIBK93115200343434
LI0508800636123378777 LI4408800387787111369 LI1208800143823175626 LI4908800356441975566 LI7708800125525347723 LI2408800000000343434
LT121000011101001000 LT281000011101001003 LT821000011101001001 LT981000011101001004 LT551000011101001002 LT591000000000343434
LU280019400644750000 LU440019400644750003 LU980019400644750001 LU170019400644750004 LU710019400644750002 LU900010000000343434
NL39RABO0300065264 NL55RABO0300065267 NL91ABNA0417164300 NL28RABO0300065268 NL82RABO0300065266 NL27RABO0000343434
NO9386011117947 NO8886011117940 NO6686011117948 NO6186011117941 NO3986011117949 NO0586010343434
PT50000201231234567890154 PT66000201231234567890157 PT23000201231234567890155 PT39000201231234567890158 PT93000201231234567890156 PT05000201230000000343434
ES0700120345030000067890 ES2300120345030000067893 ES9121000418450200051332 ES9300120345030000067894 ES5000120345030000067892 ES1700120345000000343434
SE3550000000054910000003 SE5150000000054910000006 SE0850000000054910000004 SE2450000000054910000007 SE7850000000054910000005 SE2850000000000000343434
CH9300762011623852957 CH8656663438253651553 CH5362200119938136497 CH1843597160341964438 CH1260378413965193069 CH1800762000000343434
GB82WEST12345698765432 GB98WEST12345698765435 GB55WEST12345698765433 GB71WEST12345698765436 GB28WEST12345698765434 GB70WEST12345600343434
`
  .trim()
  .split('\n')
  .map((line) => line.split(' '));

/** Accounts that end alike in all countries, and the tokens of those that have some. */
const ENDINGS: readonly (readonly [ending: string, token: string, scenario: Scenario])[] = [
  ['0343434', 'exceedsWeeklyVolumeLimit', 'sourceLimit'],
  ['0121212', 'exceedsWeeklyTransactionLimit', 'weeklyLimit'],
  ['2222227', 'insufficientFunds', 'insufficientFunds'],
  ['0055555', '', 'bankNotSupported'],
  ['0066666', '', 'debitsNotSupported'],
];

const BY_NUMBER = new Map<string, Scenario>();
for (const [number, , scenario] of [...US, ...CANADA, ...BRITAIN, ...AUSTRALIA]) BY_NUMBER.set(number, scenario);
for (const ibans of EUROPE)
  for (const [index, [, scenario]] of COLUMNS.entries()) BY_NUMBER.set(ibans[index]!, scenario);

// The only one of Italy that fails.
BY_NUMBER.set('IT60X0542811101000000123456', 'failed');

/** What an account is for, by its number or IBAN; undefined for one that is not documented. */
export function scenarioOf(number: string): Scenario | undefined {
  const known = BY_NUMBER.get(number);
  if (known !== undefined || !/^[A-Z]{2}\d{2}/.test(number)) return known;
  return ENDINGS.find(([ending]) => number.endsWith(ending))?.[2];
}

/** A documented token, as the payment method that it stands for. */
export interface NamedAccount {
  readonly type: string;
  readonly number: string;
}

const PREFIXES: Readonly<Record<string, readonly [type: string, accounts: readonly Account[]]>> = {
  acssDebit: ['acss_debit', CANADA],
  auBecsDebit: ['au_becs_debit', AUSTRALIA],
  bacsDebit: ['bacs_debit', BRITAIN],
  usBankAccount: ['us_bank_account', US],
};

/**
 * The account that a token of the documentation stands for: `pm_usBankAccount_success`, `pm_bacsDebit_dispute`,
 * `pm_sepaDebit_failed_de`. Undefined for other names.
 */
export function namedAccount(token: string): NamedAccount | undefined {
  const [, prefix = '', name = ''] = /^pm_([a-zA-Z]+Debit|usBankAccount)(?:_(\w+))?$/.exec(token) ?? [];
  if (prefix === 'sepaDebit') return europeanAccount(name);
  const [type, accounts = []] = PREFIXES[prefix] ?? [];
  const wanted = name === '' ? 'success' : name;
  const found = accounts.find(([, each]) => each === wanted);
  return type === undefined || found === undefined ? undefined : { type, number: found[0] };
}

function europeanAccount(name: string): NamedAccount | undefined {
  const [, scenario = '', country = ''] = /^(\w+)_([a-z]{2})$/.exec(name) ?? [];
  const ibans = EUROPE.find(([first = '']) => first.startsWith(country.toUpperCase()));
  if (ibans === undefined || country === '') return undefined;
  const index = COLUMNS.findIndex(([token]) => token === scenario);
  const ending = ENDINGS.find(([, token]) => token === scenario)?.[0];
  const number = ibans[index] ?? (ending && ibanEnding(ibans.at(-1)!, ending));
  return number === undefined ? undefined : { type: 'sepa_debit', number };
}
