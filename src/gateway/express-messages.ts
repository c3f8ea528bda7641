import { IncomingMessage, ServerResponse } from 'node:http';
import type { Express } from 'express';
import { QuietRequest } from './quiet-request';

/** What a server makes its requests and responses of. */
export interface MessageClasses {
  readonly IncomingMessage: typeof IncomingMessage;
  readonly ServerResponse: typeof ServerResponse<IncomingMessage>;
}

/** What Express gives each request when it begins to handle it. */
interface Begun extends IncomingMessage {
  originalUrl: string | undefined;
  res: ServerResponse | undefined;
}

/**
 * Gives an app requests and responses that are made as Express’s from the start. Express gives each one a new prototype, which
 * costs most of its time on Node 20 and 22; setting the same one again costs none. They are classes, with all that Express has
 * in two levels of prototypes: objects that no class made cost a third of the time of node:http.
 */
export function expressMessages(app: Express): MessageClasses {
  class Request extends QuietRequest {
    originalUrl: string | undefined = undefined;
    res: ServerResponse | undefined = undefined;
    params = {};
  }
  class Response extends ServerResponse {
    /** Few ask for it. */
    get locals(): object {
      return (this.locals = Object.create(null) as object);
    }

    set locals(value: object) {
      Object.defineProperty(this, 'locals', { value, writable: true, enumerable: true, configurable: true });
    }
  }
  adopt(Request.prototype, app.request, IncomingMessage.prototype);
  adopt(Response.prototype, app.response, ServerResponse.prototype);
  Object.assign(Request.prototype, { baseUrl: '', next: unused });
  app.request = Request.prototype as unknown as typeof app.request;
  app.response = Response.prototype as typeof app.response;
  return { IncomingMessage: Request, ServerResponse: Response };
}

/** Does for a request what an Express app does before its first handler. */
export function begin(request: IncomingMessage, response: ServerResponse): void {
  const begun = request as Begun;
  begun.originalUrl = request.url;
  begun.res = response;
}

/** Gives a prototype what another one has, down to the one that both share. */
function adopt(prototype: object, from: object, shared: object): void {
  if (from === shared) return;
  adopt(prototype, Object.getPrototypeOf(from) as object, shared);
  Object.defineProperties(prototype, Object.getOwnPropertyDescriptors(from));
}

function unused(): void {}
