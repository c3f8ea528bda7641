/** The platform’s own resources, under `/_backlot` and, in the exact shapes its clients read, under `/_localstack`. */
import { createHash, randomUUID } from 'node:crypto';
import { arch, hostname, platform, release } from 'node:os';
import type { IncomingMessage } from 'node:http';
import type { RequestContext, Router } from '../api/gateway';
import type { SupervisedExtension } from '../extensions/supervise/supervised-extension';
import { STAGES, type InitState, type Stage } from './init-scripts';
import type { Health, HealthBoard } from './health';

/** What the resources show, and what they can ask of the platform. */
export interface PlatformView {
  readonly version: string;
  readonly inContainer: boolean;
  /** In milliseconds since 1970. */
  readonly startedAt: number;
  readonly health: HealthBoard;
  extensions(): readonly SupervisedExtension[];
  init(): InitState;
  /** The certificate that clients have to trust for TLS, as PEM. */
  certificate(): Promise<string>;
  /** Stops the platform in order, for good or to be started again. */
  shutDown(how: 'restart' | 'kill'): void;
}

/** The largest body that an internal resource takes, in bytes. */
const BODY_LIMIT = 1024 * 1024;

/** Adds the resources to a router. It is called for each prefix. */
export function internalApi(view: PlatformView): (router: Router) => void {
  const sessionId = randomUUID();
  const machineId = createHash('sha256').update(hostname()).digest('hex').slice(0, 12);
  return (router) => {
    router.get('/health', (): Health => view.health.show(view.extensions()));
    router.head('/health', text('ok'));
    router.put('/health', putHealth(view));
    router.post('/health', postHealth(view));
    router.get('/info', () => ({
      version: view.version,
      edition: 'community',
      is_license_activated: false,
      session_id: sessionId,
      machine_id: machineId,
      system: `${platform()}-${release()}-${arch()}`,
      is_docker: view.inContainer,
      server_time_utc: new Date().toISOString().slice(0, 19),
      uptime: Math.floor((Date.now() - view.startedAt) / 1000),
    }));
    router.get('/init', () => view.init());
    router.get('/init/:stage', initStage(view));
    router.get('/certificate', async ({ response }) => {
      response.setHeader('content-type', 'application/x-pem-file');
      return view.certificate();
    });
    router.get('/plugins', () => ({
      'backlot.extensions': view.extensions().map(({ name, state }) => ({
        name,
        is_initialized: state !== 'loading' && state !== 'disabled' && state !== 'error',
        is_loaded: state === 'running' || state === 'starting',
      })),
    }));
  };
}

function initStage(view: PlatformView) {
  return ({ params, response }: RequestContext<{ stage: string }>): unknown => {
    const stage = params.stage.toUpperCase() as Stage;
    if (!STAGES.includes(stage)) {
      response.statusCode = 404;
      return `no such stage ${params.stage}`;
    }
    const { completed, scripts } = view.init();
    return { completed: completed[stage], scripts: scripts.filter((script) => script.stage === stage) };
  };
}

function putHealth(view: PlatformView) {
  return async ({ request, response }: RequestContext<object>): Promise<unknown> => {
    const values = await readJson(request);
    if (typeof values !== 'object' || values === null || Array.isArray(values)) return invalidRequest(response);
    view.health.add(values as Record<string, unknown>);
    return { status: 'OK' };
  };
}

function postHealth(view: PlatformView) {
  return async ({ request, response }: RequestContext<object>): Promise<unknown> => {
    const body = await readJson(request);
    if (typeof body !== 'object' || body === null) return invalidRequest(response);
    const { action } = body as { action?: unknown };
    // After the answer is out: who asked shall see it.
    if (action === 'restart' || action === 'kill') response.once('close', () => view.shutDown(action));
    return 'ok';
  };
}

function invalidRequest(response: { statusCode: number }): string {
  response.statusCode = 400;
  return 'invalid request';
}

function text(body: string): () => string {
  return () => body;
}

/** The JSON in a request’s body; undefined when it is empty, too long or not JSON. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > BODY_LIMIT) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
}
