/** What Stripe's check of people and companies finds in test mode: https://docs.stripe.com/connect/testing#identity-verification. */
import type Stripe from 'stripe';

type Code = Stripe.Account.Requirements.Error.Code;

/** Something that a check found wrong. */
export interface Finding {
  /** The field that has to be given again, from the person or company on: `address.line1`. */
  readonly requirement: string;
  readonly code: Code;
  /** What the account may not do before that; payouts alone where left out. */
  readonly blocks?: 'all';
}

/** What the check of a person, a company or a business finds. */
export interface Check {
  readonly findings: readonly Finding[];
  /** The fields that it looks at for a while; none where the result is there at once. */
  readonly looksAt: readonly string[];
  /** Somebody of that name and date of birth is on a list of people that nobody may pay. */
  readonly isListed?: boolean;
}

/** What a number, which is not kept itself, stands for. */
export type NumberResult = 'at_once' | 'matched' | 'mismatch' | 'not_issued' | 'ordinary';

const NUMBERS: Readonly<Record<string, NumberResult>> = {
  '0000': 'matched',
  '000000000': 'matched',
  '000000001': 'matched',
  '1111': 'mismatch',
  '111111111': 'mismatch',
  '111111112': 'not_issued',
  '2222': 'at_once',
  '222222222': 'at_once',
};

/** What an ID number, the end of one, or a tax ID stands for. Any that is not documented is as good as the person’s own. */
export function resultOf(number: string): NumberResult {
  return NUMBERS[number.replaceAll('-', '')] ?? 'ordinary';
}

/** Any other document is as good as `file_identity_document_success`. */
const DOCUMENT_BAD = 'file_identity_document_failure';

type Documents = { readonly front?: unknown } | null | undefined;

function isGood(document: Documents): boolean {
  return typeof document?.front === 'string' && document.front !== DOCUMENT_BAD;
}

function isBad(document: Documents): boolean {
  return document?.front === DOCUMENT_BAD;
}

const FAILED_DOCUMENT: Finding = {
  requirement: 'verification.document',
  code: 'verification_document_failed_test_mode',
};
const UNMATCHED_ADDRESSES: readonly unknown[] = ['address_no_match', 'address_line1_no_match'];

/** What a person is checked by, besides what is shown of them. */
export interface PersonNumbers {
  readonly idNumber?: NumberResult;
  readonly last4?: NumberResult;
}

/** Checks a person. Documents count more than numbers. */
export function checkPerson(person: Stripe.Person, { idNumber, last4 }: PersonNumbers): Check {
  const { address, dob, verification } = person;
  const findings: Finding[] = [];
  if (isBad(verification?.document)) findings.push(FAILED_DOCUMENT);
  else if (!isGood(verification?.document)) {
    const code = 'verification_failed_keyed_identity';
    if (idNumber === 'mismatch') findings.push({ requirement: 'verification.document', code });
    // Before anybody asks for a document, the whole number may do.
    else if (last4 === 'mismatch' && idNumber === undefined) findings.push({ requirement: 'id_number', code });
  }
  if (UNMATCHED_ADDRESSES.includes(address?.line1) && !isGood(verification?.additional_document)) {
    findings.push({ requirement: 'address.line1', code: 'verification_failed_address_match' });
  }
  const born = dob?.month === 1 && dob.day === 1 ? dob.year : undefined;
  const isAtOnce =
    born === 1902 || idNumber === 'at_once' || last4 === 'at_once' || address?.line1 === 'address_full_match_sync';
  const looksAt = [
    ...(born === 1900 || born === 1901 ? ['dob.day', 'dob.month', 'dob.year'] : []),
    ...(isLookedAt(idNumber) ? ['id_number'] : isLookedAt(last4) ? ['ssn_last_4'] : []),
    ...(isTestAddress(address?.line1) ? ['address.line1'] : []),
    ...(isGood(verification?.document) || isBad(verification?.document) ? ['verification.document'] : []),
  ];
  return { findings, looksAt: isAtOnce ? [] : looksAt, isListed: born === 1900 };
}

function isLookedAt(result: NumberResult | undefined): boolean {
  return result !== undefined && result !== 'ordinary' && result !== 'at_once';
}

function isTestAddress(line1: string | null | undefined): boolean {
  return line1 === 'address_full_match' || UNMATCHED_ADDRESSES.includes(line1);
}

const COMPANY_NAMES: Readonly<Record<string, Code>> = {
  mismatch_business_name: 'verification_failed_name_match',
  disallowed_name: 'invalid_company_name_denylisted',
  match_name_only: 'verification_failed_keyed_match',
};

/** Checks a company by its name, its address and its tax ID. */
export function checkCompany(company: Stripe.Account.Company, taxId: NumberResult | undefined): Check {
  const { address, name, verification } = company;
  const findings: Finding[] = [];
  if (isBad(verification?.document)) findings.push(FAILED_DOCUMENT);
  else if (!isGood(verification?.document)) {
    if (taxId === 'mismatch') findings.push({ requirement: 'tax_id', code: 'verification_failed_tax_id_match' });
    if (taxId === 'not_issued') {
      findings.push({ requirement: 'tax_id', code: 'verification_failed_tax_id_not_issued' });
    }
  }
  const nameCode = COMPANY_NAMES[name ?? ''];
  if (nameCode !== undefined) findings.push({ requirement: 'name', code: nameCode });
  const code = 'verification_failed_address_match';
  if (address?.line1 === 'address_no_match') findings.push({ requirement: 'address.line1', code });
  if (address?.line1 === 'address_line1_no_match') {
    for (const part of ['city', 'line1', 'postal_code', 'state']) {
      findings.push({ requirement: `address.${part}`, code, blocks: 'all' });
    }
  }
  const looksAt = [
    ...(isTestAddress(address?.line1) ? ['address.line1'] : []),
    ...(isLookedAt(taxId) ? ['tax_id'] : []),
    ...(nameCode === undefined ? [] : ['name']),
    ...(isGood(verification?.document) || isBad(verification?.document) ? ['verification.document'] : []),
  ];
  const isAtOnce = taxId === 'at_once' || address?.line1 === 'address_full_match_sync';
  return { findings, looksAt: isAtOnce ? [] : looksAt };
}

/** Values of other fields of an account that its check does not let pass. */
const BUSINESS: Readonly<Record<string, Readonly<Record<string, Code>>>> = {
  'business_profile.url': {
    'https://disallowed.stripe.com': 'invalid_url_denylisted',
    'https://geoblocked.stripe.com': 'invalid_url_website_inaccessible_geoblocked',
    'https://problem.stripe.com': 'invalid_url_website_other',
    'https://missing.stripe.com': 'invalid_url_website_incomplete',
    'https://mismatch.stripe.com': 'invalid_url_website_business_information_mismatch',
    'https://passwordprotected.stripe.com': 'invalid_url_website_inaccessible_password_protected',
    'https://underconstruction.stripe.com': 'invalid_url_website_incomplete_under_construction',
    'https://inaccessible.stripe.com': 'invalid_url_website_inaccessible',
  },
  'business_profile.name': {
    disallowed_dba: 'invalid_business_profile_name_denylisted',
    invalid_dba: 'invalid_business_profile_name',
  },
  'business_profile.product_description': { require_url: 'invalid_url_web_presence_detected' },
  'settings.payments.statement_descriptor': {
    mismatch: 'invalid_statement_descriptor_business_mismatch',
    disallowed: 'invalid_statement_descriptor_denylisted',
  },
  'settings.card_payments.statement_descriptor_prefix': {
    mismatch: 'invalid_statement_descriptor_prefix_mismatch',
    disallowed: 'invalid_statement_descriptor_prefix_denylisted',
  },
};

/** Checks what an account says of its business. `read` gives the value of a field. */
export function checkBusiness(read: (field: string) => unknown): Check {
  const findings = Object.entries(BUSINESS).flatMap(([requirement, codes]) => {
    const value = read(requirement);
    const code = typeof value === 'string' ? codes[value.replace(/\/$/, '')] : undefined;
    return code === undefined ? [] : [{ requirement, code }];
  });
  return { findings, looksAt: findings.map(({ requirement }) => requirement) };
}

/** The words for a code, as Stripe says them. */
const REASONS: Readonly<Partial<Record<Code, string>>> = {
  invalid_business_profile_name:
    'The business name on the account couldn’t be verified. Make sure that it consists of recognizable words.',
  invalid_business_profile_name_denylisted: 'Generic or well-known business names aren’t supported.',
  invalid_company_name_denylisted: 'Generic or well-known business names aren’t supported.',
  invalid_statement_descriptor_business_mismatch:
    'The statement descriptor must be similar to the business name, the legal entity name, or the URL of the account.',
  invalid_statement_descriptor_denylisted: 'Generic or well-known statement descriptors aren’t supported.',
  invalid_statement_descriptor_prefix_denylisted:
    'Generic or well-known statement descriptor prefixes aren’t supported.',
  invalid_statement_descriptor_prefix_mismatch:
    'The statement descriptor prefix must be similar to your statement descriptor.',
  invalid_url_web_presence_detected:
    'Because you use a website, app, social media page, or online profile to sell products or services, you must provide a URL for your business.',
  verification_document_failed_test_mode:
    'A test data helper was supplied to simulate verification failure. Refer to the documentation for test file tokens (https://docs.stripe.com/connect/testing#test-file-tokens).',
  verification_failed_address_match:
    'The address on the account could not be verified. Correct any errors in the address field or upload a document that includes the address.',
  verification_failed_keyed_identity:
    'The person’s keyed-in identity information could not be verified. Correct any errors or upload a document that matches the identity fields (e.g., name and date of birth) entered.',
  verification_failed_keyed_match:
    'The keyed-in information on the account could not be verified. Correct any errors in the company name, ID number, or address fields. You can also upload a document that includes those fields.',
  verification_failed_name_match:
    'The company name on the account could not be verified. Correct any errors in the company name field or upload a document that includes the company name.',
  verification_failed_tax_id_match:
    'The tax ID on the account cannot be verified by the IRS. Either correct any possible errors in the company name or tax ID, or upload a document that contains those fields.',
  verification_failed_tax_id_not_issued:
    'The tax ID on the account was not recognized by the IRS. Refer to the support article for newly-issued tax ID numbers.',
};
const URL_REASON =
  'We weren’t able to verify your business using the URL you provided. Make sure it’s entered correctly or provide another URL.';

/** A finding as it stands in `requirements.errors`; the prefix says of whom it is: `individual.`. */
export function errorOf({ code, requirement }: Finding, prefix = ''): Stripe.Account.Requirements.Error {
  return { code, reason: REASONS[code] ?? URL_REASON, requirement: prefix + requirement };
}
