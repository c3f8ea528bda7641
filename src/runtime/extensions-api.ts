/** The resources that show and change the extensions of the running platform, below `/_backlot/extensions`. */
import type { IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import { asBacklotError, BacklotError, type ErrorCode, type SerializedError } from '../api/errors';
import type { RequestContext, Route, Router } from '../api/gateway';
import { parseEntry } from '../extensions/list';
import type * as Lock from '../extensions/lock';
import type { SupervisedExtension } from '../extensions/supervise/supervised-extension';
import type { AdminGuard } from './admin-guard';
import type { AddRequest, ChangeEvent, LiveExtensions } from './live-extensions';

export interface ExtensionsView {
  readonly guard: AdminGuard;
  readonly live: LiveExtensions;
  /** Clients see stacks only when this is on. */
  readonly debug: boolean;
  extensions(): readonly SupervisedExtension[];
  routes(): readonly Route[];
}

/** The largest body that is taken, in bytes. */
const BODY_LIMIT = 1024 * 1024;

const NDJSON = 'application/x-ndjson';

/** The HTTP status of a failed change. What is not here is 422: the extension itself is at fault. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  BACKLOT_E_REQUEST_INVALID: 400,
  BACKLOT_E_SPEC_INVALID: 400,
  BACKLOT_E_LIST_INVALID: 400,
  BACKLOT_E_LOCK_INVALID: 400,
  BACKLOT_E_ADMIN_TOKEN: 401,
  BACKLOT_E_ORIGIN_REFUSED: 403,
  BACKLOT_E_EXTENSION_NOT_FOUND: 404,
  BACKLOT_E_NAME_TAKEN: 409,
  BACKLOT_E_ROUTE_CONFLICT: 409,
  BACKLOT_E_LOCK_DRIFT: 409,
  BACKLOT_E_INTERNAL: 500,
  BACKLOT_E_HOST_UNREACHABLE: 502,
  BACKLOT_E_REGISTRY_UNREACHABLE: 502,
  BACKLOT_E_REGISTRY_INVALID: 502,
  BACKLOT_E_VOLUME_BUSY: 503,
  BACKLOT_E_VOLUME_NOT_WRITABLE: 507,
  BACKLOT_E_VOLUME_FULL: 507,
};

/** Adds the resources to a router. It is called for each prefix. */
export function extensionsApi(view: ExtensionsView): (router: Router) => void {
  return (router) => {
    router.get('/extensions', () => ({ extensions: view.extensions().map((each) => describe(each, view)) }));
    router.get('/extensions/:name', ({ params, response }) => {
      const extension = view.extensions().find(({ name }) => name === params.name);
      if (extension) return describe(extension, view);
      response.statusCode = 404;
      return { error: { message: `no extension named ${params.name}` } };
    });
    router.post('/extensions', (context) =>
      change(view, context, async (report) => {
        const { extensions, replaced } = await view.live.add(await readAddRequest(context.request), report);
        return { status: replaced ? 200 : 201, replaced, extensions: described(extensions, view) };
      }),
    );
    router.delete('/extensions/:name', (context) =>
      change(view, context, async (report) => {
        const { removed, isListed } = await view.live.remove(context.params.name, report);
        const note = isListed ? { note: 'it is still listed, and comes back with the next start' } : {};
        return { status: 200, removed: removed.map(({ name }) => name), ...note };
      }),
    );
    router.post('/extensions/:name/reload', (context) =>
      change(view, context, async (report) => {
        const { config } = await readObject(context.request, ['config']);
        const { extensions } = await view.live.reload(context.params.name, config, report);
        return { status: 200, replaced: true, extensions: described(extensions, view) };
      }),
    );
  };
}

type Outcome = { readonly status: number } & Record<string, unknown>;

/**
 * Does a change and answers with one JSON object a line: the events, then the outcome with `"ok"` and `"status"`. The status
 * of the response is that of the outcome, for which its head waits; a client that accepts `application/x-ndjson` gets
 * the lines as they come, under the status 200, and finds the truth in the last one. A change goes to its end even when the
 * client does not wait for it.
 */
function change(
  view: ExtensionsView,
  { request, response }: RequestContext<object>,
  run: (report: (event: ChangeEvent) => void) => Promise<Outcome>,
): unknown {
  const lines = new LineQueue();
  const finished = (async (): Promise<Outcome> => {
    try {
      view.guard.check(request);
      const outcome = await run((event) => lines.push(event));
      return { phase: 'done', ok: true, ...outcome };
    } catch (thrown) {
      const error = asBacklotError(thrown, 'BACKLOT_E_INTERNAL', 'the change failed in a way that it should not');
      return { phase: 'failed', ok: false, status: STATUS[error.code] ?? 422, error: shown(error, view) };
    }
  })().then((outcome) => {
    lines.push(outcome);
    lines.end();
    return outcome;
  });
  response.setHeader('content-type', NDJSON);
  response.setHeader('cache-control', 'no-store');
  if (request.headers.accept?.includes(NDJSON)) return lines;
  return finished.then(async ({ status }) => {
    response.statusCode = status;
    let text = '';
    for await (const line of lines) text += line;
    return text;
  });
}

/** JSON lines that are read as they come, or later. */
class LineQueue implements AsyncIterable<string> {
  readonly #lines: string[] = [];
  #ended = false;
  #wake: () => void = () => undefined;

  push(value: object): void {
    this.#lines.push(`${JSON.stringify(value)}\n`);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    for (let read = 0; ; read++) {
      while (read >= this.#lines.length) {
        if (this.#ended) return;
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
      yield this.#lines[read] as string;
    }
  }
}

async function readAddRequest(request: IncomingMessage): Promise<AddRequest> {
  const { persist = true, locked, ...entry } = await readObject(request);
  if (typeof persist !== 'boolean') throw invalid('"persist" is true or false');
  const { parseLockedExtension } = createRequire(__filename)('../extensions/lock') as typeof Lock;
  return {
    entry: parseEntry(entry, { source: 'the request', baseDirectory: process.cwd() }),
    persist,
    ...(locked === undefined ? {} : { locked: parseLockedExtension(locked) }),
  };
}

/** The JSON object in a request’s body; an empty one without a body where that is all right. */
async function readObject(request: IncomingMessage, keys?: readonly string[]): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > BODY_LIMIT) throw invalid(`the body has more than ${BODY_LIMIT} bytes`);
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (text.trim() === '' && keys) return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(`the body is not valid JSON: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid('the body is a JSON object such as { "spec": "backlot-extension-hello-world" }');
  }
  const unknown = keys && Object.keys(value).find((key) => !keys.includes(key));
  if (unknown !== undefined) throw invalid(`unknown key "${unknown}"; the keys are ${keys?.join(', ')}`);
  return value as Record<string, unknown>;
}

function invalid(message: string): BacklotError {
  return new BacklotError('BACKLOT_E_REQUEST_INVALID', message);
}

function described(extensions: readonly SupervisedExtension[], view: ExtensionsView): object[] {
  return extensions.map((each) => describe(each, view));
}

function describe(extension: SupervisedExtension, view: ExtensionsView): object {
  const { facts, state, error, lateErrors } = extension;
  const { name, spec, required, version, description, author } = facts;
  return {
    name,
    state,
    package: facts.package,
    version,
    description,
    author,
    spec,
    required,
    late_errors: lateErrors,
    error: error && shown(error, view),
    routes: state === 'error' ? [] : view.routes().filter(({ owner }) => owner === name),
  };
}

/** An error for clients: what caused it, and the calls that led there only in debugging. */
function shown(error: BacklotError, { debug }: ExtensionsView): SerializedError {
  const { cause, ...rest } = error.toJSON();
  if (cause === undefined) return rest;
  return { ...rest, cause: debug ? cause : cause.replace(/\n\s+at .*/g, '') };
}
