import { IncomingMessage, ServerResponse } from 'node:http';
import type { Express } from 'express';

/** What a server makes its requests and responses of. */
export interface MessageClasses {
  readonly IncomingMessage: typeof IncomingMessage;
  readonly ServerResponse: typeof ServerResponse<IncomingMessage>;
}

/** What Express gives each request and response when it begins to handle them. */
interface Begun {
  originalUrl?: string;
  baseUrl?: string;
  params?: object;
  res?: ServerResponse;
  next?: () => void;
}

/**
 * Gives an app requests and responses that are made as Express’s from the start. Express gives each one a new prototype, which
 * costs most of its time on Node 20 and 22; setting the same one again costs none. They are classes of one level, with all
 * that Express has in two: objects made by way of other prototypes cost a third of the time of node:http.
 */
export function expressMessages(app: Express): MessageClasses {
  class Request extends IncomingMessage implements Begun {
    declare url: string;
    originalUrl: string | undefined;
    baseUrl = '';
    params: object = {};
    res: ServerResponse | undefined;
    next = unused;
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
  app.request = Request.prototype as unknown as typeof app.request;
  app.response = Response.prototype as unknown as typeof app.response;
  return { IncomingMessage: Request, ServerResponse: Response };
}

/** Does for a request what an Express app does before its first handler. */
export function begin(request: IncomingMessage, response: ServerResponse): void {
  const begun = request as IncomingMessage & Begun;
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
