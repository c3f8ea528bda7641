import { invalidRequest, resourceMissing, type StripeError } from '../errors';
import type { Page } from './objects';
import type { Params } from '../parameters/validate';

const PAGE_LENGTH = 10;

interface Paging {
  readonly limit?: number;
  readonly starting_after?: string;
  readonly ending_before?: string;
}

/** A page of a list that an object holds by itself, in the order in which it is. Throws for a cursor that is not in it. */
export function pageOf<T extends { readonly id: string }>(
  all: readonly T[],
  url: string,
  params: Params | Paging = {},
): Page<T> {
  const { limit = PAGE_LENGTH, starting_after, ending_before } = params as Paging;
  const indexOf = (id: string, param: string): number => {
    const index = all.findIndex((each) => each.id === id);
    if (index < 0) throw resourceMissing('item', id, param);
    return index;
  };
  const end = ending_before === undefined ? undefined : indexOf(ending_before, 'ending_before');
  const after = starting_after === undefined ? -1 : indexOf(starting_after, 'starting_after');
  if (end !== undefined) {
    if (starting_after !== undefined) throw bothCursors();
    const start = Math.max(0, end - limit);
    return { object: 'list', data: all.slice(start, end), has_more: start > 0, url };
  }
  const start = after + 1;
  return { object: 'list', data: all.slice(start, start + limit), has_more: all.length > start + limit, url };
}

/** All of a list that an object holds by itself, which says how much there is. */
export function wholePage<T>(all: readonly T[], url: string): Page<T> & { readonly total_count: number } {
  return { object: 'list', data: [...all], has_more: false, total_count: all.length, url };
}

/** Nobody can go on after one object and before another. */
export function bothCursors(): StripeError {
  return invalidRequest('Received both starting_after and ending_before parameters. Please pass in only one.');
}
