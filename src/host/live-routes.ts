import type { ExplainedRoute, Explanation, ListedRoute } from '../gateway/routing/explain';
import { LivePlatform } from './live-platform';

export type { ExplainedRoute, ListedRoute };

/** Which rule serves a request, as a platform says. */
export type ToldExplanation = Omit<Explanation, 'winner'> & { readonly winner: Explanation['winner'] | null };

/** The routes of a platform that runs, asked over HTTP. Throws BACKLOT_E_LIVE_FAILED when it does not answer as it should. */
export class LiveRoutes {
  readonly #platform: LivePlatform;

  /** The address of the gateway. */
  constructor(url: string) {
    this.#platform = new LivePlatform(url);
  }

  /** All of them. */
  async list(): Promise<ListedRoute[]> {
    const { status, body } = await this.#platform.ask('/_backlot/routes');
    const { routes } = (body ?? {}) as { routes?: unknown };
    if (status === 200 && Array.isArray(routes)) return routes as ListedRoute[];
    throw this.#platform.failed(`answered with HTTP ${status} to the question what routes it has`);
  }

  /** Which of them serves a request for a URL, or for a path without a host, and why no other does. */
  async explain(method: string, url: string): Promise<ToldExplanation> {
    const query = new URLSearchParams({ method, url });
    const { status, body } = await this.#platform.ask(`/_backlot/routes/explain?${query.toString()}`);
    const told = (body ?? {}) as Partial<ToldExplanation> & { error?: { message?: string } };
    if (status === 200 && Array.isArray(told.others)) return told as ToldExplanation;
    const why = told.error?.message === undefined ? '' : `: ${told.error.message}`;
    throw this.#platform.failed(`answered with HTTP ${status} to the question which route wins${why}`);
  }
}
