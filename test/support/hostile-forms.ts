/** What no client should send, as the body of a form. */
export const HOSTILE: readonly string[] = [
  'nonsense',
  '=&=&&',
  '%',
  '%E0%A4%A=%ZZ',
  '[]=1',
  'a[=1',
  'a]=1',
  'a[b=1&a[c]]=2',
  'unknown=1&other=2',
  '__proto__[polluted]=1',
  'constructor[prototype][polluted]=1',
  'metadata[__proto__]=1&metadata=1',
  'metadata[]=1',
  `metadata[${'k'.repeat(200)}]=1`,
  `metadata[k]=${'v'.repeat(6000)}`,
  'expand=1',
  'expand[]=no.such.field.at.all.here',
  'expand[]=__proto__',
  `expand[a]${'[b]'.repeat(40)}=1`,
  'amount=-99999999999999999999&currency=usd',
  'amount=1e9&currency=usd',
  'amount=NaN&currency=usd',
  'amount[a]=1&currency[]=usd',
  'amount=9007199254740993&currency=usd',
  'currency=%00&amount=1',
  'customer=&amount=&currency=',
  'customer=cus_none&amount=100&currency=usd&confirm=true&payment_method=pm_none',
  'customer=../../etc&source=tok_none&payment_method=pm_card_none',
  'limit=0',
  'limit=abc&starting_after=x&ending_before=y',
  'starting_after=none',
  'created[gt]=abc',
  'created=999999999999999999999',
  'items[0][price]=price_none&customer=cus_none',
  'items[999999999][price]=x',
  'items=1&lines[]=2',
  'email=%F0%9F%92%A9&name=%F0%9F%92%A9',
  `description=${'x'.repeat(20_000)}`,
  `${'a'.repeat(5000)}=1`,
  Array.from({ length: 2000 }, (_, n) => `k${n}=${n}`).join('&'),
];

/** JSON in either case; an error with its type and a message. */
export function isWellFormed(status: number, text: string): boolean {
  try {
    const answer = JSON.parse(text) as { error?: { type?: unknown; message?: unknown } };
    if (status < 400) return answer.error === undefined;
    const { type, message } = answer.error ?? {};
    return typeof type === 'string' && typeof message === 'string' && message !== '';
  } catch {
    return false;
  }
}
