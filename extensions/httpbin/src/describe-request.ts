import type { RequestContext } from 'backlot';

/** A body larger than this, in bytes, is not answered with. */
const BODY_LIMIT = 10 * 1024 * 1024;

/** What every answer says about the request. Of a parameter or header that comes several times, all values. */
export function describeRequest({ request, query }: RequestContext<object>) {
  return {
    args: grouped(query),
    headers: headersOf(request),
    method: request.method,
    origin: request.socket.remoteAddress ?? '',
    url: `${request.protocol}://${request.headers.host ?? ''}${request.originalUrl}`,
  };
}

/** The same with the body: as text, as the JSON that it is, and as the form that it is. */
export async function describeWithBody(context: RequestContext<object>) {
  const body = await readBody(context);
  const type = context.request.headers['content-type'] ?? '';
  const isForm = type.startsWith('application/x-www-form-urlencoded');
  return {
    ...describeRequest(context),
    data: isForm ? '' : textOf(body),
    form: isForm ? grouped(new URLSearchParams(body.toString())) : {},
    json: isForm ? null : parsed(body.toString()),
  };
}

/** The headers, each name in the case in which the client wrote it. */
export function headersOf({ rawHeaders }: RequestContext['request']): Record<string, string | string[]> {
  const pairs: [string, string][] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) pairs.push([rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '']);
  return grouped(pairs);
}

/** The cookies of the request. */
export function cookiesOf({ request }: RequestContext<object>): Record<string, string> {
  const pairs = (request.headers.cookie ?? '').split(';').filter((pair) => pair.includes('='));
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
    }),
  );
}

async function readBody({ request }: RequestContext<object>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= BODY_LIMIT) chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Bytes that are no text come as a data URL. */
function textOf(body: Buffer): string {
  const text = body.toString();
  return text.includes('\ufffd') ? `data:application/octet-stream;base64,${body.toString('base64')}` : text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function grouped(pairs: Iterable<[string, string]>): Record<string, string | string[]> {
  const all = new Map<string, string | string[]>();
  for (const [name, value] of pairs) {
    const before = all.get(name);
    all.set(name, before === undefined ? value : [before, value].flat());
  }
  return Object.fromEntries(all);
}
