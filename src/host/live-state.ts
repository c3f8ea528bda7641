import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BacklotError } from '../api/errors';
import { LivePlatform } from './live-platform';
import { toldError } from './told-error';

/** A snapshot, as a platform tells of it. */
export interface LiveSnapshot {
  readonly name: string;
  /** In ISO 8601. */
  readonly made: string;
  readonly extensions: readonly string[];
  /** Whether it is of named extensions only. */
  readonly partial: boolean;
}

/** What was imported. */
export interface LiveImport {
  readonly extensions: readonly { readonly name: string; readonly version?: string }[];
  readonly records: number;
}

/** Which part of the state is meant. */
export interface StateChoice {
  /** The sandbox; the default world when left out. */
  readonly sandbox?: string | undefined;
  /** The extensions; all when left out. */
  readonly extensions?: readonly string[] | undefined;
}

/** How long a platform may say nothing: it reads an import whole before it answers. */
const SILENCE_LIMIT_MS = 600_000;

/**
 * What the extensions of a platform that runs keep, changed over HTTP. Everything throws the BacklotError that the platform
 * answers with, and BACKLOT_E_LIVE_FAILED when nothing answers, or something else does.
 */
export class LiveState {
  /** Asks for the sandbox. */
  readonly #platform: LivePlatform;
  /** Asks for what belongs to none. */
  readonly #plain: LivePlatform;
  readonly #choice: StateChoice;

  /** The address of the gateway. */
  constructor(url: string, choice: StateChoice = {}) {
    this.#choice = choice;
    this.#plain = new LivePlatform(url);
    this.#platform =
      choice.sandbox === undefined
        ? this.#plain
        : new LivePlatform(url, undefined, { 'x-backlot-sandbox': choice.sandbox });
  }

  /** Throws BACKLOT_E_SANDBOX_NOT_FOUND when the sandbox is not there: a request that names it would make it. */
  async requireSandbox(): Promise<void> {
    const { sandbox } = this.#choice;
    if (sandbox === undefined) return;
    const { status, body } = await this.#plain.ask(`/_backlot/sandboxes/${encodeURIComponent(sandbox)}`);
    if (status !== 200) throw this.#failed(status, body, `the question whether it has the sandbox ${sandbox}`);
  }

  /** Returns it to what it began as; gives the names of the extensions. */
  async reset(): Promise<readonly string[]> {
    const { reset } = await this.#change<{ reset: readonly string[] }>('POST', '/_backlot/state/reset', this.#body);
    return reset;
  }

  /** Saves it under a name. */
  save(name: string): Promise<LiveSnapshot> {
    return this.#change('PUT', snapshotPath(name), this.#body);
  }

  /** Puts a snapshot in its place. */
  async load(name: string): Promise<void> {
    await this.#change('POST', `${snapshotPath(name)}/restore`, this.#body);
  }

  /** All snapshots, of whatever world. */
  async snapshots(): Promise<readonly LiveSnapshot[]> {
    const { snapshots } = await this.#change<{ snapshots: readonly LiveSnapshot[] }>(
      'GET',
      '/_backlot/state/snapshots',
    );
    return snapshots;
  }

  async delete(name: string): Promise<void> {
    await this.#change('DELETE', snapshotPath(name));
  }

  /**
   * Writes it, or a snapshot, to a file, which is replaced once all of it is there; gives its size. Throws also
   * BACKLOT_E_STATE_FILE_UNREADABLE.
   */
  async export(file: string, snapshot?: string): Promise<number> {
    const resource = snapshot === undefined ? '/_backlot/state/export' : snapshotPath(snapshot);
    const response = await this.#platform.request('GET', resource + this.#query, undefined, SILENCE_LIMIT_MS);
    if (response.statusCode !== 200) await this.#read(response);
    const partial = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.part`);
    try {
      await pipeline(response, createWriteStream(partial));
      await rename(partial, file);
      return (await stat(file)).size;
    } catch (error) {
      response.destroy();
      await rm(partial, { force: true });
      const { syscall } = error as NodeJS.ErrnoException;
      if (syscall === undefined || syscall === 'read') throw this.#platform.failed('broke off', error);
      throw unusable(file, 'written', error);
    }
  }

  /** Puts an export in its place. Throws also BACKLOT_E_STATE_FILE_UNREADABLE, and what is wrong with the file, by its name. */
  async import(file: string): Promise<LiveImport> {
    const { imported } = await this.#upload<{ imported: LiveImport }>('POST', '/_backlot/state/import', file);
    return imported;
  }

  /** Makes a snapshot of an export. Throws as {@link import} does. */
  importAs(name: string, file: string): Promise<LiveSnapshot> {
    return this.#upload('PUT', snapshotPath(name), file);
  }

  async #upload<T>(method: string, resource: string, file: string): Promise<T> {
    const stream = createReadStream(file);
    try {
      await new Promise((resolve, reject) => stream.once('open', resolve).once('error', reject));
    } catch (error) {
      throw unusable(file, 'read', error);
    }
    try {
      return await this.#change(method, resource + this.#query, stream);
    } catch (error) {
      throw error instanceof BacklotError && /^BACKLOT_E_STATE_FILE_/.test(error.code) ? error.at({ file }) : error;
    } finally {
      stream.destroy();
    }
  }

  get #body(): object {
    const { extensions } = this.#choice;
    return extensions === undefined ? {} : { extensions };
  }

  get #query(): string {
    const { extensions } = this.#choice;
    return extensions === undefined ? '' : `?${new URLSearchParams({ extensions: extensions.join(',') }).toString()}`;
  }

  async #change<T>(method: string, resource: string, body?: object | Readable): Promise<T> {
    return (await this.#read(await this.#platform.request(method, resource, body, SILENCE_LIMIT_MS))) as T;
  }

  async #read(response: IncomingMessage): Promise<unknown> {
    const { status = 0, body } = await this.#platform.read(response);
    if (status === 204 || (status >= 200 && status < 300 && typeof body === 'object')) return body;
    throw this.#failed(status, body, 'what was asked');
  }

  #failed(status: number | undefined, body: unknown, question: string): BacklotError {
    return toldError(body) ?? this.#platform.failed(`answered with HTTP ${status} to ${question}`);
  }
}

function snapshotPath(name: string): string {
  return `/_backlot/state/snapshots/${encodeURIComponent(name)}`;
}

function unusable(file: string, how: string, cause: unknown): BacklotError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const why = code === 'ENOENT' ? 'there is no such file or folder' : message;
  return new BacklotError('BACKLOT_E_STATE_FILE_UNREADABLE', `${file} cannot be ${how}: ${why}`, { where: { file } });
}
