/** What stands on the statement of who paid: https://docs.stripe.com/get-started/account/statement-descriptors. */
import { invalidRequest } from '../errors';

export const LONGEST_DESCRIPTOR = 22;
const REFUSED = /[<>\\'"*]/;

export interface Descriptors {
  readonly statement_descriptor?: string | null;
  readonly statement_descriptor_suffix?: string | null;
}

/** Throws for a descriptor, or a suffix, that banks do not take. */
export function checkDescriptors(given: Descriptors): void {
  for (const param of ['statement_descriptor', 'statement_descriptor_suffix'] as const) {
    checkDescriptor(given[param], param);
  }
}

/** Throws for a descriptor that banks do not take, given in the parameter `param`. */
export function checkDescriptor(text: string | null | undefined, param: string): void {
  if (!text) return;
  if (text.length > LONGEST_DESCRIPTOR) {
    throw invalidRequest(`The statement descriptor must be at most ${LONGEST_DESCRIPTOR} characters.`, { param });
  }
  if (REFUSED.test(text)) {
    throw invalidRequest(`The statement descriptor cannot contain the characters <, >, \\, ', " and *.`, { param });
  }
  if (!/[a-z]/i.test(text)) {
    throw invalidRequest('The statement descriptor must contain at least one letter.', { param });
  }
}

/** Throws for a descriptor of a payment by card, which has a suffix alone. */
export function refuseForCards({ statement_descriptor: descriptor }: Descriptors): void {
  if (!descriptor) return;
  throw invalidRequest(
    'For card charges, use `statement_descriptor_suffix` in the place of `statement_descriptor`: it is added to the prefix of the account.',
    { param: 'statement_descriptor' },
  );
}
