/** Pages of version 2: https://docs.stripe.com/api-v2-overview#list-pagination. */
import type { StripeError } from '../../errors';
import type { Call } from '../../kernel/module';
import type { Page, StripeObject } from '../../kernel/objects';
import type { ListParams, Selection, Table } from '../../kernel/table';
import { invalidFields } from './errors';

/** How many objects a page has when nobody says. */
const PAGE_LENGTH = 20;

export interface Page2<T = unknown> {
  readonly data: readonly T[];
  readonly next_page_url: string | null;
  readonly previous_page_url: string | null;
}

/** The parameter that says where a page begins, and which no client makes up. */
export const PAGE = 'page';

/** What stands in a page token: the object after or before which the page is. */
type Cursor = Pick<ListParams & { ending_before?: string }, 'starting_after' | 'ending_before'>;

/** What a list is read of: a table, or whatever can give pages as version 1 has them. */
export type Pages<T> = (params: ListParams) => Page<T>;

/** The page that a call asks for. `show` makes what is answered of each object. */
export function pageOf<T extends { readonly id: string }, R = T>(
  call: Call,
  pages: Pages<T>,
  show: (object: T) => R,
  created?: ListParams['created'],
): Page2<R> {
  const cursor = cursorOf(call);
  const limit = call.params['limit'] as number | undefined;
  const { data, has_more: hasMore } = pages({
    limit: limit ?? PAGE_LENGTH,
    ...cursor,
    ...(created !== undefined && { created }),
  });
  const isBackwards = cursor.ending_before !== undefined;
  const hasNext = isBackwards || hasMore;
  const hasPrevious = isBackwards ? hasMore : cursor.starting_after !== undefined;
  const [first, last] = [data[0], data.at(-1)];
  return {
    data: data.map(show),
    next_page_url: hasNext && last !== undefined ? urlOf(call, { starting_after: last.id }) : null,
    previous_page_url: hasPrevious && first !== undefined ? urlOf(call, { ending_before: first.id }) : null,
  };
}

/** Pages of a table. */
export function pagesOf<T extends StripeObject, H extends object>(
  table: Table<T, H>,
  selection: Selection<T> = {},
): Pages<T> {
  return (params) => table.page('', params, selection);
}

function urlOf({ url, query }: Call, cursor: Cursor): string {
  const parameters = new URLSearchParams(query);
  parameters.set(PAGE, Buffer.from(JSON.stringify(cursor)).toString('base64url'));
  return `${url}?${parameters.toString()}`;
}

function cursorOf({ query }: Call): Cursor {
  const token = new URLSearchParams(query).get(PAGE);
  if (token === null) return {};
  try {
    const read = JSON.parse(Buffer.from(token, 'base64url').toString()) as Cursor | null;
    for (const name of ['starting_after', 'ending_before'] as const) {
      const id = read?.[name];
      if (typeof id === 'string') return { [name]: id };
    }
  } catch {
    // It is no token of ours, which is said below.
  }
  throw notAPage();
}

function notAPage(): StripeError {
  return invalidFields('Invalid page token: take the URLs of pages as the list gives them.', PAGE);
}
