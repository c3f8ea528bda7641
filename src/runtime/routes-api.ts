/** The resources that show the routes of the running platform, below `/_backlot/routes`. */
import { BacklotError } from '../api/errors';
import { HttpError } from '../api/http-error';
import type { Router } from '../api/gateway';
import type { Explanation, ListedRoute } from '../gateway/routing/explain';

export interface RoutesView {
  routes(): readonly ListedRoute[];
  explain(method: string, host: string, path: string): Explanation;
}

/** Adds the resources to a router. It is called for each prefix. */
export function routesApi(view: RoutesView): (router: Router) => void {
  return (router) => {
    router.get('/routes', () => ({ routes: view.routes() }));
    router.get('/routes/explain', ({ query }) => {
      const { host, path } = splitUrl(query.get('url'));
      const explanation = view.explain((query.get('method') ?? 'GET').toUpperCase(), host, path);
      return { ...explanation, winner: explanation.winner ?? null };
    });
  };
}

/** The host and the raw path of a URL, or of a path alone. Not by the class URL, which would tidy the path up. */
function splitUrl(url: string | null): { host: string; path: string } {
  const match = /^(?:\w+:\/\/(?:[^/?#]*@)?(?<host>[^/?#]+))?(?<path>\/[^?#]*)?/.exec(url ?? '')?.groups;
  if (match?.host !== undefined || match?.path !== undefined)
    return { host: match.host ?? '', path: match.path ?? '/' };
  const what = url === null ? 'the parameter "url" is missing' : `"${url}" is neither a URL nor a path`;
  const error = new BacklotError('BACKLOT_E_REQUEST_INVALID', what, {
    remedy: 'Ask as in /_backlot/routes/explain?method=GET&url=http://localhost:4566/path.',
  });
  throw new HttpError(400, error.message, { body: { error: error.toJSON() } });
}
