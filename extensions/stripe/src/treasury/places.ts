/** Which account has a financial account: money goes from one account to another. */
import { resourceMissing } from '../errors';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import type { StripeObject } from '../kernel/objects';
import type { Table } from '../kernel/table';

interface Place extends StripeObject {
  readonly account: string;
}

/** Writes down that the account that code runs for has a financial account. */
export function keepPlace(stripe: Backend, id: string): void {
  const place = { id, object: 'treasury.place', account: stripe.account };
  stripe.as({ account: PLATFORM_ACCOUNT }, () => placeTable(stripe).insert(place));
}

/** Runs a function in the account that has a financial account. Throws where no account has it. */
export function inAccountOf<R>(stripe: Backend, id: string, param: string, work: () => R): R {
  const place = stripe.as({ account: PLATFORM_ACCOUNT }, () => placeTable(stripe).find(id));
  if (place === undefined) throw resourceMissing('treasury_financial_account', id, param);
  return stripe.as({ account: place.account }, work);
}

function placeTable(stripe: Backend): Table<Place> {
  return stripe.table<Place>('treasury.place');
}
