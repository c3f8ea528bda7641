import type { RequestContext } from 'backlot';
import type Stripe from 'stripe';
import { StripeError } from '../errors';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import { omit } from '../kernel/omit';
import { notice } from './layout';

/** What a page is asked with. */
export interface Visit {
  readonly context: RequestContext;
  /** Where the extension was reached, without a slash at the end. */
  readonly base: string;
  readonly query: URLSearchParams;
  /** What a form sent; empty for a mere look. */
  readonly form: URLSearchParams;
}

/** Text is a page; a redirect leads elsewhere; a file is shown or kept under its name. */
export type PageAnswer =
  string | { readonly redirect: string } | { readonly file: Uint8Array; readonly type: string; readonly name: string };

/** A page within the account of what it is about, in one step: what it writes is undone when it throws. */
export type PageHandler = (visit: Visit, params: Readonly<Record<string, string>>) => PageAnswer;

/**
 * Makes an endpoint of a page. `segment` is how its path begins below the place of the extension; `subject` names the kind
 * that its identifier, the first parameter, is of: the page acts for the account that has it.
 */
export function endpoint(stripe: Backend, segment: string, kinds: readonly string[], handler: PageHandler) {
  return async (context: RequestContext): Promise<unknown> => {
    const { request, response, path, query } = context;
    const start = path.lastIndexOf(`/${segment}/`);
    const base = `${request.protocol}://${request.headers.host ?? 'localhost'}${path.slice(0, Math.max(start, 0))}`;
    // A button may be pressed by a request without a body, too.
    const isForm = request.method === 'POST' && request.headers['content-type'] !== undefined;
    const form = isForm ? (await context.body.form()).fields : new URLSearchParams();
    const params = Object.fromEntries(
      Object.entries(omit(context.params, 'sandbox')).map(([name, value]) => [name, String(value)]),
    );
    const [id = ''] = Object.values(params);
    let answer: PageAnswer;
    try {
      stripe.settle();
      const account = ownerOf(stripe, kinds, id);
      answer = stripe.step({ account, clock: null, base }, () => handler({ context, base, query, form }, params));
      stripe.jobs.arm();
    } catch (error) {
      if (!(error instanceof StripeError)) throw error;
      response.statusCode = error.status === 404 ? 404 : 400;
      answer = notice(error.status === 404 ? 'Page not found' : 'Something went wrong', error.message);
    }
    if (typeof answer === 'object' && 'file' in answer) {
      response.setHeader('content-type', answer.type);
      response.setHeader('content-disposition', `inline; filename="${answer.name.replace(/[^\w.-]/g, '_')}"`);
      return answer.file;
    }
    if (typeof answer === 'object') {
      response.statusCode = 303;
      response.setHeader('location', answer.redirect);
      return '';
    }
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.setHeader('cache-control', 'no-store');
    return answer;
  };
}

/** The account that has an object: of the API keys, or one of the connected ones. That of the API keys where nobody has it. */
export function ownerOf(stripe: Backend, kinds: readonly string[], id: string): string {
  const has = (account: string): boolean =>
    stripe.as({ account, clock: null }, () => kinds.some((kind) => stripe.table(kind).has(id)));
  if (has(PLATFORM_ACCOUNT)) return PLATFORM_ACCOUNT;
  const accounts = stripe.as({ account: PLATFORM_ACCOUNT, clock: null }, () => [
    ...stripe.table<Stripe.Account>('account').values(),
  ]);
  return accounts.find(({ id: account }) => has(account))?.id ?? PLATFORM_ACCOUNT;
}
