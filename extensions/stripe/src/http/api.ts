import type { FormFile, GatewayRequest, RequestContext, Router } from 'backlot';
import type { ApiRequest } from '../kernel/dispatch';
import type { Reply } from '../kernel/reply';

/** The largest body that the API takes. Files may be larger than forms. */
const BODY_LIMIT = 16 * 1024 * 1024;

/** A version of the API: `v1`, whose paths are below `/v1`. */
export interface ServedVersion {
  readonly name: string;
  readonly dispatcher: Dispatching;
}

interface Dispatching {
  handle(request: ApiRequest): Reply | Promise<Reply>;
}

/** Adds a version of the API at one place: everything below its path, or what other paths say. */
export function serveApi(router: Router, version: ServedVersion, paths = [`/${version.name}/*`]): void {
  const withCors = router.withCors({ exposeHeaders: ['Request-Id', 'Stripe-Version', 'Idempotent-Replayed'] });
  for (const path of paths) {
    withCors.all(path, (context) => {
      const { request } = context;
      // What has no body is answered at once.
      if (request.method === 'GET' && !hasBody(request)) return answer(version, context, '', NO_FILES);
      if (isMultipart(request)) return answerForm(version, context);
      return context.body.text({ limit: BODY_LIMIT }).then((body) => answer(version, context, body, NO_FILES));
    });
  }
}

const NO_FILES: readonly FormFile[] = [];

type Body = string | Uint8Array;

function answer(
  version: ServedVersion,
  context: RequestContext,
  body: string,
  files: readonly FormFile[],
): Body | Promise<Body> {
  const reply = version.dispatcher.handle(toApiRequest(version.name, context, body, files));
  return reply instanceof Promise ? reply.then((later) => send(context, later)) : send(context, reply);
}

function send({ response }: RequestContext, reply: Reply): Body {
  response.statusCode = reply.status;
  const { headers } = reply;
  response.setHeader('cache-control', 'no-cache, no-store');
  if (reply.status === 401) response.setHeader('www-authenticate', 'Basic realm="Stripe"');
  if (headers['content-type'] === undefined) response.setHeader('content-type', 'application/json');
  for (const name in headers) response.setHeader(name, headers[name]!);
  return reply.body;
}

function hasBody({ headers }: GatewayRequest): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
}

function isMultipart({ headers }: GatewayRequest): boolean {
  return /^multipart\/form-data/i.test(headers['content-type'] ?? '');
}

async function answerForm(version: ServedVersion, context: RequestContext): Promise<Body> {
  const { fields, files } = await context.body.form({ limit: BODY_LIMIT });
  return answer(version, context, fields.toString(), files);
}

function toApiRequest(version: string, context: RequestContext, body: string, files: readonly FormFile[]): ApiRequest {
  const { request, path } = context;
  const { url } = request;
  const query = url.indexOf('?');
  const start = Math.max(0, path.indexOf(`/${version}/`));
  return {
    method: request.method,
    path: path.slice(start),
    base: `${request.protocol}://${request.headers.host ?? 'localhost'}${path.slice(0, start)}`,
    query: query < 0 ? '' : url.slice(query + 1),
    header: (name: string) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value[0] : value;
    },
    body,
    files,
  };
}
