import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { BacklotError } from '../api/errors';
import { connectionOptions } from './connection-options';
import { openExec } from './docker-exec';
import { containerDetails, type InspectedContainer, toCreateOptions } from './docker-format';
import {
  type BuildOptions,
  type ContainerDetails,
  type ContainerEngine,
  type ContainerFile,
  type ContainerSpec,
  EngineRefusal,
  type ExecSpec,
  type ImageEvent,
  type ImageEventOptions,
  type ListedContainer,
  type RawLogOptions,
  type RunningExec,
} from './engine';
import { type EngineAddress, formatAddress, socketOf } from './engine-address';
import { type EngineAnswers, type EngineFacts, engineFacts, isPodman } from './engine-facts';
import { packFile } from './file-archive';
import { httpCall, type HttpAnswer, type HttpCall, httpOpen, readAnswer } from './engine-http';
import { GATHERED_BYTES } from './gather-chunks';
import { loadDockerode } from './load-library';

/** How long the engine may take for what it does at once. */
const CALL_LIMIT_MS = 30_000;

/** How long the first answer to a build, a pull or a log may take. What comes then may take its time. */
const STREAM_LIMIT_MS = 60_000;

/** How long a build or a pull may say nothing at all. */
const SILENCE_LIMIT_MS = 600_000;

/**
 * An engine that speaks Docker's API. Builds, pulls and archives go through dockerode; it takes longer to load than anything else
 * takes to be told to the engine.
 */
export class DockerEngine implements ContainerEngine {
  #client: Docker | undefined;

  /** `foundBy` is the name of the strategy that found the engine. */
  constructor(
    private readonly address: EngineAddress,
    private readonly foundBy: string,
  ) {}

  get description(): string {
    return `${formatAddress(this.address)} (${this.foundBy})`;
  }

  get host(): string | undefined {
    return this.address.kind === 'socket' ? undefined : this.address.host;
  }

  get socket(): string {
    return socketOf(this.address, process.platform);
  }

  async facts(): Promise<EngineFacts> {
    const [version, info] = await Promise.all([this.#say('version'), this.#say('info')]);
    return engineFacts({ version, info });
  }

  async #say<K extends keyof EngineAnswers>(what: K): Promise<EngineAnswers[K]> {
    return (await this.#ask(`say its ${what}`, `/${what}`)) as EngineAnswers[K];
  }

  async containersAtPort(port: number): Promise<string[]> {
    const found = (await this.#ask('list containers', '/containers/json')) as ListedPorts[];
    const isThere = ({ Ports }: ListedPorts): boolean =>
      (Ports ?? []).some(({ PublicPort, Type }) => PublicPort === port && Type === 'tcp');
    return found.filter(isThere).map(({ Names, Id }) => Names[0]?.replace(/^\//, '') ?? Id);
  }

  async volumeExists(name: string): Promise<boolean> {
    return (await this.#ask(`inspect volume ${name}`, `/volumes/${encodeURIComponent(name)}`)) !== undefined;
  }

  async listContainers(label: string): Promise<ListedContainer[]> {
    const query = new URLSearchParams({ all: '1', filters: JSON.stringify({ label: [label] }) });
    const found = await this.#ask('list containers', `/containers/json?${query.toString()}`);
    return (found as { Id: string; Labels: Record<string, string> }[]).map(({ Id, Labels }) => ({
      id: Id,
      labels: Labels,
    }));
  }

  async inspectContainer(nameOrId: string): Promise<ContainerDetails | undefined> {
    const found = await this.#ask(`inspect container ${nameOrId}`, `/containers/${encodeURIComponent(nameOrId)}/json`);
    return found === undefined ? undefined : containerDetails(found as InspectedContainer);
  }

  async imageId(reference: string): Promise<string | undefined> {
    // A reference has slashes and colons that belong to the path; nothing else in it needs encoding.
    const found = await this.#ask(`inspect image ${reference}`, `/images/${encodeURI(reference)}/json`);
    return (found as { Id: string } | undefined)?.Id;
  }

  async createContainer(spec: ContainerSpec): Promise<string> {
    // Podman has the name by itself, and not in all versions the word for the address.
    const namesHost = spec.namesHost === true && !isPodman(await this.#say('version'));
    const { name, ...body } = toCreateOptions({ ...spec, namesHost });
    const path = `/containers/create?${new URLSearchParams({ name: name ?? '' }).toString()}`;
    const { Id } = (await this.#tell(`create container ${spec.name}`, { method: 'POST', path, body })) as {
      Id: string;
    };
    return Id;
  }

  async putFile(id: string, file: ContainerFile): Promise<void> {
    const archive = await packFile(file);
    const options = { path: '/', abortSignal: AbortSignal.timeout(CALL_LIMIT_MS) };
    await this.#call(`put ${file.path} into the container`, (docker) =>
      docker.getContainer(id).putArchive(archive, options),
    );
  }

  async startContainer(id: string): Promise<void> {
    await this.#tell('start the container', { method: 'POST', path: `${container(id)}/start` });
  }

  async renameContainer(id: string, name: string): Promise<void> {
    const path = `${container(id)}/rename?${new URLSearchParams({ name }).toString()}`;
    await this.#tell(`rename the container to ${name}`, { method: 'POST', path });
  }

  async stopContainer(id: string, graceSeconds: number): Promise<void> {
    const path = `${container(id)}/stop?t=${Math.ceil(graceSeconds)}`;
    const timeoutMs = graceSeconds * 1000 + CALL_LIMIT_MS;
    await this.#tell('stop the container', { method: 'POST', path, timeoutMs }, [304, 404]);
  }

  async removeContainer(id: string): Promise<void> {
    // 409: another removal of the same container is on its way.
    await this.#tell('remove the container', { method: 'DELETE', path: `${container(id)}?force=1&v=1` }, [404, 409]);
  }

  async removeVolume(name: string): Promise<void> {
    await this.#tell(
      `remove volume ${name}`,
      { method: 'DELETE', path: `/volumes/${encodeURIComponent(name)}` },
      [404],
    );
  }

  async waitForExit(id: string, signal?: AbortSignal): Promise<number> {
    const call = { method: 'POST', path: `${container(id)}/wait`, timeoutMs: undefined } as const;
    const { StatusCode } = (await this.#tell('wait for the container', {
      ...call,
      ...(signal ? { signal } : {}),
    })) as { StatusCode: number };
    return StatusCode;
  }

  async openLog(id: string, { follow = false, tail, since, signal }: RawLogOptions): Promise<Readable> {
    const query = new URLSearchParams({
      stdout: '1',
      stderr: '1',
      timestamps: '1',
      follow: follow ? '1' : '0',
      ...(tail === undefined ? {} : { tail: String(tail) }),
      ...(since === undefined ? {} : { since }),
    });
    const path = `${container(id)}/logs?${query.toString()}`;
    return this.#stream(signal, async (abort) => {
      const what = 'read the log';
      const call = { method: 'GET', path, signal: abort, highWaterMark: GATHERED_BYTES } as const;
      const response = await httpOpen(this.address, call).catch((error: unknown) => {
        throw this.#failure(what, error);
      });
      if (response.statusCode === 200) return response;
      throw this.#failure(what, refusalOf(await readAnswer(response)));
    });
  }

  async openExec(id: string, spec: ExecSpec): Promise<RunningExec> {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), CALL_LIMIT_MS);
    const what = `run ${spec.command[0]} in the container`;
    try {
      const running = await this.#call(what, (docker) => openExec(docker, id, spec, limit.signal));
      return { ...running, exitCode: () => this.#call(what, () => running.exitCode()) };
    } finally {
      clearTimeout(timer);
    }
  }

  async pullImage(reference: string, options: ImageEventOptions): Promise<void> {
    // Without a tag the engine would pull every tag that there is.
    const named = /[:@][^/]+$/.test(reference) ? reference : `${reference}:latest`;
    const what = `pull ${named}`;
    const stream = await this.#stream(options.signal, (abortSignal) =>
      this.#call(what, (docker) => docker.createImage({ fromImage: named, abortSignal })),
    );
    await this.#follow(what, stream, options);
  }

  async tagImage(reference: string, name: string, tag: string): Promise<void> {
    const path = `/images/${encodeURI(reference)}/tag?${new URLSearchParams({ repo: name, tag }).toString()}`;
    await this.#tell(`tag ${reference} as ${name}:${tag}`, { method: 'POST', path });
  }

  async buildImage(context: NodeJS.ReadableStream, options: BuildOptions): Promise<void> {
    const settings: Docker.ImageBuildOptions = {
      t: options.tag,
      rm: true,
      forcerm: true,
      version: options.builder === 'buildkit' ? '2' : '1',
    };
    const what = `build ${options.tag}`;
    const stream = await this.#stream(options.signal, (abortSignal) =>
      this.#call(what, (docker) => docker.buildImage(context, { ...settings, abortSignal })),
    );
    await this.#follow(what, stream, options);
  }

  /** Hands on what the engine says of a build or a pull, and fails when it falls silent. */
  async #follow(what: string, stream: Readable, { onEvent }: ImageEventOptions): Promise<void> {
    const timer = setTimeout(
      () => stream.destroy(new Error(`silent for ${SILENCE_LIMIT_MS / 60_000} min`)),
      SILENCE_LIMIT_MS,
    );
    stream.on('data', () => timer.refresh());
    try {
      await this.#call(what, (docker) => {
        // The method of dockerode itself, unlike the one of its modem, also reads what BuildKit says.
        const { followProgress } = docker as unknown as { followProgress: FollowProgress };
        return new Promise<void>((resolve, reject) => {
          followProgress(
            stream,
            (error) => (error ? reject(error) : resolve()),
            (event) => onEvent(readable(event)),
          );
        });
      });
    } finally {
      clearTimeout(timer);
    }
  }

  /** The body of a GET, or undefined when the engine says that there is no such thing. */
  async #ask(what: string, path: string): Promise<unknown> {
    return this.#tell(what, { method: 'GET', path }, [404]);
  }

  /** Has the engine do something, and gives what it answers; undefined for a status that is no failure, but no success either. */
  async #tell(what: string, call: HttpCall, contentWith: readonly number[] = []): Promise<unknown> {
    const answer = await httpCall(this.address, { timeoutMs: CALL_LIMIT_MS, ...call }).catch((error: unknown) => {
      throw this.#failure(what, error);
    });
    if (answer.status >= 200 && answer.status < 300) return answer.body;
    if (contentWith.includes(answer.status)) return undefined;
    throw this.#failure(what, refusalOf(answer));
  }

  async #call<T>(what: string, call: (docker: Docker) => Promise<T>): Promise<T> {
    try {
      return await call(this.#docker());
    } catch (error) {
      throw this.#failure(what, error);
    }
  }

  /** Opens a stream: its first answer is waited for within a limit, then only the caller's signal ends it. */
  async #stream(
    signal: AbortSignal | undefined,
    open: (signal: AbortSignal) => Promise<NodeJS.ReadableStream>,
  ): Promise<Readable> {
    const controller = new AbortController();
    const abort = () => controller.abort(signal?.reason);
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort, { once: true });
    const timer = setTimeout(
      () => controller.abort(new Error(`no answer within ${STREAM_LIMIT_MS / 1000} s`)),
      STREAM_LIMIT_MS,
    );
    try {
      const stream = (await open(controller.signal)) as Readable;
      stream.once('close', () => signal?.removeEventListener('abort', abort));
      return stream;
    } catch (error) {
      signal?.removeEventListener('abort', abort);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  #docker(): Docker {
    this.#client ??= new (loadDockerode())(dockerodeOptions(this.address));
    return this.#client;
  }

  #failure(what: string, thrown: unknown): BacklotError {
    const refusal = thrown instanceof EngineRefusal ? thrown : toRefusal(thrown);
    const message = `the engine at ${formatAddress(this.address)} could not ${what}: ${refusal.message}`;
    return new BacklotError('BACKLOT_E_ENGINE_FAILED', message, { cause: refusal });
  }
}

/** A container in Docker's list, as far as its ports go. */
interface ListedPorts {
  readonly Id: string;
  readonly Names: readonly string[];
  readonly Ports?: readonly { readonly PublicPort?: number; readonly Type: string }[] | null;
}

/** All of a text is base64, so its length is a multiple of four. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Whether there is nothing in it that a builder would not print. */
const isText = (text: string): boolean => !text.includes('\ufffd') && /^[\s\P{C}]*$/u.test(text.replaceAll(ESCAPE, ''));
const ESCAPE = String.fromCharCode(27);

/**
 * An event for people. dockerode 5 puts a step's digest in front of its name, and leaves the output of commands that
 * BuildKit runs in base64.
 */
function readable(event: ImageEvent): ImageEvent {
  const stream = event.stream?.trimEnd();
  if (!stream) return event;
  const decoded = BASE64.test(stream) ? Buffer.from(stream, 'base64').toString('utf8') : '';
  if (decoded !== '' && isText(decoded)) return { ...event, stream: decoded };
  return { ...event, stream: stream.replace(/^\[sha256:[0-9a-f]+\] /, '') };
}

/** The path of a container. */
const container = (id: string): string => `/containers/${encodeURIComponent(id)}`;

function refusalOf({ status, body }: HttpAnswer): EngineRefusal {
  return new EngineRefusal((body as { message?: string } | null)?.message ?? String(body), status);
}

type FollowProgress = (
  stream: Readable,
  onFinished: (error: Error | null) => void,
  onEvent: (event: ImageEvent) => void,
) => void;

function toRefusal(thrown: unknown): EngineRefusal {
  const error = thrown as Error & { statusCode?: number; json?: { message?: string }; code?: string };
  if (error.name === 'TimeoutError' || error.name === 'AbortError') {
    const reason = (error.cause as Error | undefined)?.message;
    return new EngineRefusal(reason ?? 'it did not answer in time', undefined, error.name);
  }
  return new EngineRefusal(
    error.json?.message ?? error.message,
    error.statusCode,
    typeof error.code === 'string' ? error.code : undefined,
  );
}

/** Every key is given, because dockerode fills those that are missing from DOCKER_HOST. */
function dockerodeOptions(address: EngineAddress): Docker.DockerOptions {
  const { host, ...options } = connectionOptions(address);
  return {
    socketPath: undefined,
    // An IPv6 address stands in brackets in a URL, which is what dockerode makes of the host.
    host: host?.includes(':') ? `[${host}]` : host,
    port: undefined,
    ...options,
  };
}
