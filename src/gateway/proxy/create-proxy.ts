import { randomBytes } from 'node:crypto';
import { Agent as HttpAgent, type Agent } from 'node:http';
import type { GatewayRequest, GatewayResponse, RequestContext } from '../../api/gateway';
import type { ProxyOptions, ProxyTarget } from '../../api/proxy';
import { isPromise } from '../chain';
import type { Owner } from '../owner';
import type { Upgrade } from '../websocket/upgrade';
import { https } from './https';
import { planPassage, type ProxySettings } from './passage';
import { ProxiedRequest } from './proxied-request';
import { passUpgradeOn } from './proxied-upgrade';
import { parseTarget, type Target } from './target';

const CONNECT_TIMEOUT_MS = 10_000;
const FIRST_BYTE_TIMEOUT_MS = 120_000;
const IDLE_TIMEOUT_MS = 300_000;

/** How long a connection is kept for the next request: less than the time after which servers close it (5 s and more). */
const KEEP_ALIVE_MS = 4_000;

/** Passes every request on to another server. */
export interface Proxy {
  /**
   * Passes a request on. What goes wrong before an answer has begun goes to `next`, as a ProxyError with the status that the
   * client should get, or as what a function of the extension’s threw.
   */
  serve(
    this: void,
    context: RequestContext,
    request: GatewayRequest,
    response: GatewayResponse,
    next: (error?: unknown) => void,
  ): void;
  /** Passes a request for another protocol on. Rejects with the same errors, and has then answered nothing. */
  upgrade(this: void, upgrade: Upgrade, context: RequestContext, owner: Owner): Promise<void>;
  /** Closes the connections to the server. */
  close(): void;
}

/** Makes a proxy. Throws `BACKLOT_E_PROXY_TARGET_INVALID` for a URL that is none. */
export function createProxy(target: ProxyTarget, options: ProxyOptions): Proxy {
  const settings = settingsOf(options);
  const targetFor = finder(target);

  const passOn = (
    found: Target,
    context: RequestContext,
    request: GatewayRequest,
    response: GatewayResponse,
    next: (error?: unknown) => void,
  ): void => {
    try {
      new ProxiedRequest(request, response, planPassage(settings, found, context, request), next).start();
    } catch (error) {
      next(error);
    }
  };
  const serve: Proxy['serve'] = (context, request, response, next) => {
    try {
      const found = targetFor(context);
      if (isPromise(found)) found.then((each) => passOn(each, context, request, response, next)).then(undefined, next);
      else passOn(found, context, request, response, next);
    } catch (error) {
      next(error);
    }
  };
  const upgrade: Proxy['upgrade'] = async (upgrade, context, owner) => {
    const { request, response } = context;
    const passage = planPassage(settings, await targetFor(context), context, request, request.headers.upgrade);
    const refusal = await passUpgradeOn(upgrade, passage, owner);
    if (!refusal) return;
    await new Promise<void>((resolve, reject) => {
      response.once('close', resolve);
      ProxiedRequest.answered(refusal, request, response, passage, reject);
    });
  };
  return { serve, upgrade, close: () => settings.close() };
}

/** Gives the server for each request. One URL for all is read only once. */
function finder(target: ProxyTarget): (context: RequestContext) => Target | Promise<Target> {
  if (typeof target !== 'function') {
    const parsed = parseTarget(target);
    return () => parsed;
  }
  return (context) => {
    const given = target(context);
    return given instanceof Promise ? given.then(parseTarget) : parseTarget(given);
  };
}

function settingsOf(options: ProxyOptions): ProxySettings & { close(): void } {
  const agents = new Map<boolean, Agent>();
  return {
    options,
    limits: {
      connect: options.connectTimeout ?? CONNECT_TIMEOUT_MS,
      firstByte: options.firstByteTimeout ?? FIRST_BYTE_TIMEOUT_MS,
      idle: options.idleTimeout ?? IDLE_TIMEOUT_MS,
    },
    pseudonym: `backlot-${randomBytes(6).toString('hex')}`,
    agentFor: (secure) => {
      const known = agents.get(secure);
      if (known) return known;
      const agent = new (secure ? https().Agent : HttpAgent)({ keepAlive: true, timeout: KEEP_ALIVE_MS });
      agents.set(secure, agent);
      return agent;
    },
    close: () => {
      for (const agent of agents.values()) agent.destroy();
    },
  };
}
