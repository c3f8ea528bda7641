/** What part of a fee goes back with part of its charge. */
import type { Backend } from '../kernel/backend';
import { asPlatform } from './account-data';
import { feeTable, refundFee } from './fees';

/** A fee goes back in the proportion in which its charge does; integers, rounded half up. */
export function shareOf(part: number, amount: number, whole: number): number {
  return whole === 0 ? 0 : Math.floor((2 * part * amount + whole) / (2 * whole));
}

/** What goes back of a fee with a part of its charge, as far as there is so much left. */
export function feeShare(stripe: Backend, fee: string, amount: number, whole: number): number {
  const { amount: taken, amount_refunded: given } = asPlatform(stripe, () => feeTable(stripe).get(fee));
  return Math.min(shareOf(taken, amount, whole), taken - given);
}

export function refundShare(stripe: Backend, fee: string, amount: number, whole: number): void {
  const share = feeShare(stripe, fee, amount, whole);
  if (share > 0) refundFee(stripe, fee, { amount: share });
}
