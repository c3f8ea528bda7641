import { readFile } from 'node:fs/promises';
import type RegistryFetch from 'npm-registry-fetch';
import { BacklotError } from '../../api/errors';
import { loadRegistryFetch } from './load-library';
import { nearestPackages } from './nearest-packages';
import { KEYWORD, type Packument, type SearchResult } from './packument';
import {
  invalidAnswer,
  loginCommand,
  refused,
  type RegistryCall,
  registryError,
  showRegistry,
  statusOf,
} from './registry-errors';
import { configuredRegistry, type RegistrySettings } from './registry-settings';

/** How long one request may take, and one call with its second attempt, in milliseconds. */
const REQUEST_LIMIT_MS = 8_000;
const CALL_LIMIT_MS = 20_000;

/** As many results as registries give at once. */
const MOST_RESULTS = 250;

/** Statuses of a registry that does not have what was asked for. */
const NO_SUCH_QUESTION = [404, 405, 501];

/** What is sent, besides the credentials. */
interface Request {
  readonly method?: 'GET' | 'PUT' | 'DELETE';
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly body?: object;
}

/**
 * Asks registries, with the settings that npm would use. No call takes longer than about 20 seconds.
 *
 * Every call throws BACKLOT_E_REGISTRY_UNREACHABLE, BACKLOT_E_REGISTRY_REFUSED or BACKLOT_E_REGISTRY_INVALID.
 */
export class RegistryClient {
  /** The limit is the one for a call as a whole, in milliseconds. */
  constructor(
    readonly settings: RegistrySettings,
    private readonly limit = CALL_LIMIT_MS,
  ) {}

  /** The address of the registry for a package or a scope, with a slash at the end. */
  registryOf(packageOrScope?: string): string {
    const found = configuredRegistry(this.settings, packageOrScope);
    // Without settings it is the default of npm's own client.
    const registry = found ?? loadRegistryFetch().pickRegistry('x', {});
    return asRegistry(registry);
  }

  /**
   * All that the registry knows of a package. Throws BACKLOT_E_PACKAGE_NOT_FOUND, which names the nearest that exist, and
   * BACKLOT_E_REGISTRY_REFUSED, where the package is for others.
   */
  async packument(name: string): Promise<Packument> {
    const call = this.#call(`give the package ${name}`, this.registryOf(name), name);
    let answer: unknown;
    try {
      answer = await this.#ask(call, name.replace('/', '%2f'));
    } catch (thrown) {
      if (statusOf(thrown) === 404) throw await this.#notFound(name, call);
      throw registryError(thrown, call);
    }
    return asPackument(answer, call);
  }

  /** Packages of extensions that have all the words, from the registry for packages without a scope. */
  async search(words: readonly string[], size = 20): Promise<SearchResult[]> {
    const call = this.#call('search', this.registryOf());
    const text = words.join(' ').trim();
    const attempt = async (query: string): Promise<SearchResult[]> => {
      const answer = await this.#tell(call, '-/v1/search', { query: { text: query, size: String(MOST_RESULTS) } });
      return asSearchResults(answer, call);
    };
    const found = await attempt(`keywords:${KEYWORD} ${text}`.trim());
    // Some registries know no `keywords:` and look for it as a word: those are asked for the words, and sorted here.
    const results = found.length > 0 ? found : await attempt(text);
    return results.filter(({ keywords }) => keywords === undefined || keywords.includes(KEYWORD)).slice(0, size);
  }

  /**
   * The name of the user whose credentials are sent; undefined when the registry has no answer to that question. Throws
   * BACKLOT_E_REGISTRY_REFUSED when nobody is logged in.
   */
  async whoami(registry = this.registryOf(), scope?: string): Promise<string | undefined> {
    const call = this.#call('say who is logged in', asRegistry(registry), scope);
    let answer: unknown;
    try {
      answer = await this.#ask(call, '-/whoami');
    } catch (thrown) {
      if (NO_SUCH_QUESTION.includes(statusOf(thrown) ?? 0)) return undefined;
      throw registryError(thrown, call);
    }
    if (!isObject(answer)) throw invalidAnswer(call, 'something else');
    // Some registries do not refuse who is nobody.
    if (typeof answer.username !== 'string' || answer.username === '') throw refused('nobody is logged in', call);
    return answer.username;
  }

  /** Gets a token for a user. Throws BACKLOT_E_REGISTRY_REFUSED for a wrong name or password. */
  async login(registry: string, name: string, password: string): Promise<string> {
    const basic = Buffer.from(`${name}:${password}`).toString('base64');
    const call: RegistryCall = {
      ...this.#call(`log ${name} in`, asRegistry(registry)),
      settings: { ...this.settings, values: withoutCredentials(this.settings) },
      secrets: [password, basic],
    };
    // With the credentials in the head, too, a registry logs in who is known, where it would add who is not.
    const headers = { authorization: `Basic ${basic}` };
    if (await this.#isNobody(call, headers)) throw wrongPassword(call.registry, name);
    const body = { _id: `org.couchdb.user:${name}`, name, password, type: 'user', roles: [], date: new Date() };
    let answer: unknown;
    try {
      const resource = `-/user/org.couchdb.user:${encodeURIComponent(name)}`;
      answer = await this.#ask(call, resource, { method: 'PUT', headers, body });
    } catch (thrown) {
      const status = statusOf(thrown);
      if (NO_SUCH_QUESTION.includes(status ?? 0)) {
        throw new BacklotError(
          'BACKLOT_E_REGISTRY_INVALID',
          `${showRegistry(call.registry)} is no registry that gives tokens for passwords (HTTP ${status})`,
          { remedy: `Check the address, or get a token from the registry and pipe it: ${loginCommand(call)} < token` },
        );
      }
      if (status !== undefined && [400, 401, 403, 409].includes(status)) {
        throw wrongPassword(call.registry, name);
      }
      throw registryError(thrown, call);
    }
    if (isObject(answer) && typeof answer.token === 'string' && answer.token !== '') return answer.token;
    throw invalidAnswer(call, 'without a token');
  }

  /** Has the registry forget a token. */
  async revoke(registry: string, token: string): Promise<void> {
    const call = {
      ...this.#call('forget the token', asRegistry(registry)),
      secrets: [token, encodeURIComponent(token)],
    };
    await this.#tell(call, `-/user/token/${encodeURIComponent(token)}`, { method: 'DELETE' });
  }

  /**
   * Whether the registry takes these credentials for nobody's. Where npm logs in some registries make a new user of an
   * unknown name; a mistyped one shall be an error.
   */
  async #isNobody(call: RegistryCall, headers: Record<string, string>): Promise<boolean> {
    try {
      const answer = await this.#ask(call, '-/whoami', { headers });
      return isObject(answer) && !answer.username;
    } catch (thrown) {
      if (statusOf(thrown) !== undefined) return false;
      throw registryError(thrown, call);
    }
  }

  async #notFound(name: string, call: RegistryCall): Promise<BacklotError> {
    const near = await nearestPackages(name, this);
    const hint = near.length === 0 ? '' : ` (did you mean ${near.map((each) => `"${each}"`).join(' or ')}?)`;
    const message = `there is no package named ${name} in the registry ${showRegistry(call.registry)}${hint}`;
    return new BacklotError('BACKLOT_E_PACKAGE_NOT_FOUND', message, {
      remedy: `Check the spelling; if the package is private, run \`${loginCommand(call)}\`.`,
    });
  }

  #call(what: string, registry: string, packageOrScope = ''): RegistryCall {
    const scope = /^@[^/]+/.exec(packageOrScope)?.[0];
    return { what, registry, settings: this.settings, ...(scope === undefined ? {} : { scope }) };
  }

  async #tell(call: RegistryCall, resource: string, request?: Request): Promise<unknown> {
    try {
      return await this.#ask(call, resource, request);
    } catch (thrown) {
      throw registryError(thrown, call);
    }
  }

  /** The answer to a request. Throws what npm-registry-fetch throws, and BACKLOT_E_REGISTRY_INVALID for what is no JSON. */
  async #ask(call: RegistryCall, resource: string, { headers, ...request }: Request = {}): Promise<unknown> {
    const options = {
      ...(await fetchOptions(call, this.limit)),
      ...request,
      headers: { accept: 'application/json', ...headers },
    };
    const read = async (): Promise<unknown> => {
      const response = await loadRegistryFetch()(call.registry + resource, options);
      const text = await response.text();
      try {
        return JSON.parse(text);
      } catch {
        // Some registries say nothing where there is nothing to say.
        if (text.trim() === '' && request.method === 'DELETE') return {};
        throw invalidAnswer(call, 'something that is not JSON');
      }
    };
    let timer: NodeJS.Timeout | undefined;
    // The limits of the client are for pauses: a registry that sends a byte now and then would keep it forever.
    const late = new Promise<never>((_resolve, reject) => {
      const error = Object.assign(new Error(`no answer within ${this.limit / 1000} s`), { code: 'ETIMEDOUT' });
      timer = setTimeout(() => reject(error), this.limit);
    });
    try {
      return await Promise.race([read(), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function wrongPassword(registry: string, name: string): BacklotError {
  const message = `the registry ${showRegistry(registry)} did not log ${name} in: wrong user name or password`;
  return new BacklotError('BACKLOT_E_REGISTRY_REFUSED', message, { remedy: 'Try again.' });
}

async function fetchOptions({ settings, registry }: RegistryCall, limit: number): Promise<RegistryFetch.Options> {
  const { values } = settings;
  const text = (key: string): string | undefined => {
    const value = values[key];
    return typeof value === 'string' && value !== '' && value !== 'null' ? value : undefined;
  };
  const proxy = registry.startsWith('https:') ? (text('https-proxy') ?? text('proxy')) : text('proxy');
  const ca = await certificates(settings);
  const options = {
    ...Object.fromEntries(Object.entries(values).filter(([key]) => key.startsWith('//'))),
    registry,
    strictSSL: values['strict-ssl'] !== 'false',
    timeout: Math.min(REQUEST_LIMIT_MS, limit),
    fetchRetries: 1,
    fetchRetryMintimeout: 200,
    fetchRetryMaxtimeout: 1_000,
    ...(proxy === undefined ? {} : { proxy }),
    ...(text('noproxy') === undefined ? {} : { noProxy: text('noproxy') }),
    ...(ca === undefined ? {} : { ca }),
    ...(text('cert') === undefined ? {} : { cert: text('cert') }),
    ...(text('key') === undefined ? {} : { key: text('key') }),
  };
  return options;
}

/** The certificates to trust. A file of them that cannot be read fails the call by the connection that is not trusted. */
async function certificates({ values }: RegistrySettings): Promise<string | string[] | undefined> {
  const { ca, cafile } = values;
  if (typeof cafile === 'string' && cafile !== '') {
    const text = await readFile(cafile, 'utf8').catch(() => undefined);
    if (text !== undefined) return text;
  }
  if (ca === undefined || ca === '' || ca === 'null') return undefined;
  return typeof ca === 'string' ? ca : [...ca];
}

function withoutCredentials({ values }: RegistrySettings): RegistrySettings['values'] {
  return Object.fromEntries(
    Object.entries(values).filter(([key]) => !/:(?:_authToken|_auth|_password|username)$/.test(key)),
  );
}

/** The address of a registry as it is asked: http or https, with a slash at the end. Throws BACKLOT_E_OPTION_INVALID. */
export function asRegistry(address: string): string {
  try {
    const { protocol, href } = new URL(address);
    if (protocol === 'http:' || protocol === 'https:') return href.replace(/\/?$/, '/');
  } catch {
    // The same as an address of another kind.
  }
  throw new BacklotError('BACKLOT_E_OPTION_INVALID', `"${showRegistry(address)}" is not the address of a registry`, {
    remedy: 'Write it as https://host/path/.',
  });
}

function asPackument(answer: unknown, call: RegistryCall): Packument {
  if (!isObject(answer) || !isObject(answer.versions) || !isObject(answer['dist-tags'])) {
    throw invalidAnswer(call, 'something that describes no package');
  }
  return answer as unknown as Packument;
}

function asSearchResults(answer: unknown, call: RegistryCall): SearchResult[] {
  if (!isObject(answer) || !Array.isArray(answer.objects)) throw invalidAnswer(call, 'without results');
  return answer.objects.flatMap((item: unknown): SearchResult[] => {
    const found = isObject(item) && isObject(item.package) ? item.package : {};
    const { name, description, keywords, date } = found;
    if (typeof name !== 'string') return [];
    const version = typeof found.version === 'string' ? found.version : newestOf(found);
    return [
      {
        name,
        ...(version === undefined ? {} : { version }),
        ...(typeof description === 'string' ? { description } : {}),
        ...(typeof date === 'string' ? { date } : {}),
        ...(Array.isArray(keywords) ? { keywords: keywords.map(String) } : {}),
      },
    ];
  });
}

/** Some registries answer a search with what they know of the package as a whole. */
function newestOf(found: Record<string, unknown>): string | undefined {
  const tags = found['dist-tags'];
  const latest = isObject(tags) ? tags.latest : undefined;
  return typeof latest === 'string' ? latest : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
