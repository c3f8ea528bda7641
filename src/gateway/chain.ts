/** The chain of handlers: what happens to one request, from its first byte to the last finalizer. */
import type { ExceptionHandler, GatewayRequest, GatewayResponse, Handler, HandlerChain } from '../api/gateway';
import { fillBody, sendBody } from './body';
import { Context } from './context';
import { BodyCapture, gatherBody, isCapturable } from './body-capture';
import { isClientGone } from './client-gone';
import { isAnswer } from './exceptions';
import type { Step } from './handler-list';
import { change, type Tenure } from './owner';
import { whenOver } from './request-scope';
import { guardResponse, type HeadGuard } from './response';
import { isIncomplete, outliveUnread } from './unread-body';

/** The handlers of the gateway, phase by phase, as they stand when a request arrives. */
export interface Phases {
  readonly request: readonly Step<Handler>[];
  readonly response: readonly Step<Handler>[];
  readonly exception: readonly Step<ExceptionHandler>[];
  readonly finalizer: readonly Step<Handler>[];
  /** The most bytes of the body of a request that are kept at once. */
  readonly bodyLimit: number;
  /** Whether somebody wants to know when a request arrived. */
  readonly isTimed: boolean;
  /** The most bytes of the body of a response that are held back for response handlers; 0 when none wants to see it. */
  readonly captureLimit: number;
  /** The requests that run over these handlers and whose response has not begun. */
  readonly inFlight: { count: number };
  /** The requests whose response is not out, over whatever handlers. */
  readonly unanswered: { count: number };
}

/** Is told about errors that can change nothing any more: those of response handlers, finalizers and sent responses. */
export type ReportError = (error: unknown, phase: string, context: Context) => void;

/**
 * One request on its way through the chain.
 *
 * Request handlers run until one stops the chain or something has been written; a throw brings the exception handlers
 * in. Response handlers run before the head goes out: each of them, also when another one throws. Finalizers run when
 * the response is out or the client is gone. Handlers that are not async cost no extra tick.
 */
export class Exchange implements HandlerChain, HeadGuard {
  stopped = false;
  terminated = false;
  /** True once a handler filled the response by `respond`. */
  responded = false;
  /** True once the response handlers have run, so that the head may go out. */
  released = false;
  readonly context: Context;
  readonly #phases: Phases;
  readonly #report: ReportError;
  #opened = false;
  /** True once the response handlers began to run. */
  #begun = false;
  #capture: BodyCapture | undefined;
  /** Writes that somebody made by hand, to be done as soon as the head may go out. */
  #steps: (() => void)[] | undefined;
  /** True when the gateway itself is to send what was filled in. */
  #sendsBody = false;
  /** True when the body that was filled in failed before its first byte. */
  #failedToSend = false;
  /** What counts the requests of the route that serves this one. */
  #counter: { count: number } | undefined;
  /** Whether the phases still count this request. */
  #counted = true;

  constructor(
    request: GatewayRequest,
    readonly response: GatewayResponse,
    phases: Phases,
    report: ReportError,
  ) {
    this.context = new Context(request, response, phases.bodyLimit, phases.isTimed ? performance.now() : NaN);
    this.#phases = phases;
    this.#report = report;
    guardResponse(response, this);
  }

  respond(status: number, body?: unknown, headers?: Readonly<Record<string, string | readonly string[]>>): void {
    this.response.statusCode = status;
    if (headers) for (const [name, value] of Object.entries(headers)) this.response.setHeader(name, value);
    fillBody(this.response, body);
    this.responded = true;
    this.stopped = true;
  }

  stop(): void {
    this.stopped = true;
  }

  terminate(): void {
    this.stopped = true;
    this.terminated = true;
  }

  /** True once somebody began to write the response. */
  get opened(): boolean {
    return this.#opened;
  }

  /** Takes the request through all phases; one that is refused through those that come after an error. Never throws. */
  run(refused?: { readonly error: unknown }): void {
    this.#phases.inFlight.count++;
    this.#phases.unanswered.count++;
    if (refused) this.#fail(refused.error);
    else this.#requestPhase(0);
  }

  closed(): void {
    this.#phases.unanswered.count--;
    this.uncount();
    if (this.#counter) this.#counter.count--;
    this.context.closed();
    this.#finalize(0);
  }

  /** Counts this request, until its response is out, among those of the route that serves it. */
  served(counter: { count: number }): void {
    if (this.#counter) this.#counter.count--;
    this.#counter = counter;
    counter.count++;
  }

  /** Reports an error that can change nothing any more. */
  report(error: unknown, where: string): void {
    this.#report(error, where, this.context);
  }

  /** Says that no extension’s handler has anything more to do with this request but to see its response. */
  uncount(): void {
    if (this.#counted) this.#phases.inFlight.count--;
    this.#counted = false;
  }

  open(step: () => void): void {
    (this.#steps ??= []).push(step);
    this.#opened = true;
    this.#beginResponse();
  }

  capture(): BodyCapture | undefined {
    const limit = this.#phases.captureLimit;
    if (limit === 0 || this.#begun || this.terminated) return undefined;
    if (this.#capture || this.#opened || !isCapturable(this.response)) return this.#capture;
    this.#opened = true;
    return (this.#capture = new BodyCapture(this.response, limit));
  }

  sendReplaced(): void {
    this.#sendBody();
  }

  #requestPhase(from: number): void {
    const steps = this.#phases.request;
    let tenure: Tenure | undefined;
    let before: unknown;
    for (let index = from; index < steps.length && !this.stopped && !this.#opened; index++) {
      const step = steps[index]!;
      if (this.response.destroyed) {
        tenure?.leave(before);
        return;
      }
      if (step.tenure !== tenure) before = change(tenure, (tenure = step.tenure), before);
      try {
        const result = step.run(this, this.context, this.response);
        if (isPromise(result)) {
          tenure?.leave(before);
          result.then(
            () => this.#requestPhase(index + 1),
            (error: unknown) => {
              step.tenure?.blame(error);
              this.#fail(error);
            },
          );
          return;
        }
      } catch (error) {
        tenure?.leave(before);
        tenure?.blame(error);
        this.#fail(error);
        return;
      }
    }
    tenure?.leave(before);
    this.#send();
  }

  #fail(error: unknown): void {
    this.stopped = true;
    if (isClientGone(error) && this.response.destroyed) return;
    if (this.response.headersSent) {
      this.#report(error, 'request handler', this.context);
      // Half an answer must not look like a whole one.
      if (!this.response.writableEnded) this.response.destroy();
      return;
    }
    this.#exceptionPhase(error, 0);
  }

  #exceptionPhase(error: unknown, from: number): void {
    const steps = this.#phases.exception;
    let tenure: Tenure | undefined;
    let before: unknown;
    for (let index = from; index < steps.length; index++) {
      const step = steps[index]!;
      if (step.tenure !== tenure) before = change(tenure, (tenure = step.tenure), before);
      try {
        const result = step.run(this, error, this.context, this.response);
        if (isPromise(result)) {
          tenure?.leave(before);
          Promise.resolve(result)
            .catch((thrown: unknown) => this.#threw(thrown, step.tenure, 'exception handler'))
            .finally(() => this.#exceptionPhase(error, index + 1));
          return;
        }
      } catch (thrown) {
        tenure?.leave(before);
        tenure = undefined;
        this.#threw(thrown, step.tenure, 'exception handler');
      }
    }
    tenure?.leave(before);
    this.#send();
  }

  #responsePhase(from: number): void {
    const steps = this.#phases.response;
    let tenure: Tenure | undefined;
    let before: unknown;
    for (let index = from; index < steps.length && !this.terminated; index++) {
      const step = steps[index]!;
      if (step.tenure !== tenure) before = change(tenure, (tenure = step.tenure), before);
      try {
        const result = step.run(this, this.context, this.response);
        if (isPromise(result)) {
          tenure?.leave(before);
          Promise.resolve(result)
            .catch((thrown: unknown) => this.#threw(thrown, step.tenure, 'response handler'))
            .finally(() => this.#responsePhase(index + 1));
          return;
        }
      } catch (thrown) {
        tenure?.leave(before);
        tenure = undefined;
        this.#threw(thrown, step.tenure, 'response handler');
      }
    }
    tenure?.leave(before);
    this.released = true;
    this.uncount();
    const { request } = this.context;
    if (isIncomplete(request)) outliveUnread(request, this.response);
    const over = this.#steps && endOfEvents(this.context);
    if (over) whenOver(over, this.response, () => this.response.destroy());
    // A response handler that wrote the response by hand has the last word.
    if (this.#steps) for (const step of this.#steps) step();
    else if (this.#sendsBody) this.#sendBody();
  }

  /** Sends what was filled in, unless somebody writes the response by hand. */
  #send(): void {
    if (this.#opened) return;
    this.#opened = true;
    this.#sendsBody = true;
    // The response handlers have run where a body failed before its first byte.
    if (this.released) this.#sendBody();
    else if (this.#phases.captureLimit > 0 && !this.terminated) this.#gather(this.#phases.captureLimit);
    else this.#beginResponse();
  }

  #beginResponse(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#responsePhase(0);
  }

  /** Lets a stream that was filled in become bytes before the response handlers run. */
  #gather(limit: number): void {
    const gathered = gatherBody(this.response, limit);
    if (!gathered) return this.#beginResponse();
    gathered.then(
      () => this.#beginResponse(),
      (error: unknown) => {
        if (isClientGone(error)) return;
        this.#opened = false;
        this.response.removeHeader('content-type');
        this.#exceptionPhase(error, 0);
      },
    );
  }

  #sendBody(): void {
    try {
      sendBody(this.response, endOfEvents(this.context))?.catch((error: unknown) => this.#sendFailed(error));
    } catch (error) {
      this.#sendFailed(error);
    }
  }

  #sendFailed(error: unknown): void {
    // A client that went away is not a failure of anybody's.
    if (isClientGone(error)) return void this.response.destroy();
    if (this.response.headersSent || this.response.destroyed || this.#failedToSend) {
      if (!isAnswer(error)) this.#report(error, 'response body', this.context);
      this.response.destroy();
      return;
    }
    // Not a byte is out, so that the client can still be told.
    this.#failedToSend = true;
    this.response.removeHeader('content-type');
    this.#opened = false;
    this.#exceptionPhase(error, 0);
  }

  #threw(error: unknown, tenure: Tenure | undefined, phase: string): void {
    tenure?.blame(error);
    this.#report(error, phase, this.context);
  }

  #finalize(from: number): void {
    const steps = this.#phases.finalizer;
    let tenure: Tenure | undefined;
    let before: unknown;
    for (let index = from; index < steps.length; index++) {
      const step = steps[index]!;
      if (step.tenure !== tenure) before = change(tenure, (tenure = step.tenure), before);
      try {
        const result = step.run(this, this.context, this.response);
        if (isPromise(result)) {
          tenure?.leave(before);
          Promise.resolve(result)
            .catch((thrown: unknown) => this.#threw(thrown, step.tenure, 'finalizer'))
            .finally(() => this.#finalize(index + 1));
          return;
        }
      } catch (thrown) {
        tenure?.leave(before);
        tenure = undefined;
        this.#threw(thrown, step.tenure, 'finalizer');
      }
    }
    tenure?.leave(before);
  }
}

/** True for what can be awaited. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** What ends the response to a request, where that is a stream of events: others come to an end by themselves. */
function endOfEvents({ scope, response, route }: Context): AbortSignal | undefined {
  if (!scope || !String(response.getHeader('content-type')).startsWith('text/event-stream')) return undefined;
  return scope.signalFor(route?.owner);
}
