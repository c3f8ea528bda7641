import type { RequestContext, Router } from 'backlot';
import type { ApiRequest, Dispatcher } from '../kernel/dispatch';

/** The largest body that the API takes. Files may be larger than forms. */
const BODY_LIMIT = 16 * 1024 * 1024;

/** Adds the API at one place: everything below `/v1`. */
export function serveApi(router: Router, dispatcher: Dispatcher): void {
  router
    .withCors({ exposeHeaders: ['Request-Id', 'Stripe-Version', 'Idempotent-Replayed'] })
    .all('/v1/*', async (context) => {
      const reply = dispatcher.handle(await readRequest(context));
      const { response } = context;
      response.statusCode = reply.status;
      response.setHeader('content-type', 'application/json');
      for (const [name, value] of Object.entries(reply.headers)) response.setHeader(name, value);
      return reply.body;
    });
}

async function readRequest(context: RequestContext): Promise<ApiRequest> {
  const { request, path } = context;
  const { url } = request;
  const query = url.indexOf('?');
  const start = path.indexOf('/v1/');
  const given = {
    method: request.method,
    path: path.slice(start),
    base: `${request.protocol}://${request.headers.host ?? 'localhost'}${path.slice(0, start)}`,
    query: query < 0 ? '' : url.slice(query + 1),
    header: (name: string) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value[0] : value;
    },
  };
  if (/^multipart\/form-data/i.test(request.headers['content-type'] ?? '')) {
    const { fields, files } = await context.body.form({ limit: BODY_LIMIT });
    return { ...given, body: fields.toString(), files };
  }
  return { ...given, body: await context.body.text({ limit: BODY_LIMIT }), files: [] };
}
