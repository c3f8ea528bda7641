import { isOlder } from '../versions/versions';

/** Whether a type of events is among what somebody asked for: exact types, `*`, or groups such as `invoice.*`. */
export function isWanted(type: string, wanted: readonly string[]): boolean {
  return wanted.some((each) => matches(type, each));
}

function matches(type: string, pattern: string): boolean {
  if (!pattern.includes('*')) return type === pattern;
  const parts = pattern.split('*').map((part) => part.replace(/[^\w]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(type);
}

/** Types of events that there were, and the version that took them away. Nothing sends most of them; endpoints of older versions name them. */
const FORMER: Readonly<Record<string, string>> = {
  'invoiceitem.updated': '2024-04-10',
  ...Object.fromEntries(
    [
      'order.created',
      'order.payment_failed',
      'order.payment_succeeded',
      'order.updated',
      'order_return.created',
      'recipient.created',
      'recipient.deleted',
      'recipient.updated',
      'sku.created',
      'sku.deleted',
      'sku.updated',
      'transfer.failed',
      'transfer.paid',
    ].map((type) => [type, '2022-11-15']),
  ),
};

/** Whether there was such a type of events in a version, and is not any more. */
export function isFormerType(type: string, version: string): boolean {
  const until = FORMER[type];
  return until !== undefined && isOlder(version, until);
}
