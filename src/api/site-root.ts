import type { Request, Response } from 'express';
import type { Listener } from './gateway';

/** What stands at the root of a web app, at each of its places: what was mounted there, then its static files. */
export class SiteRoot {
  #taken = false;

  constructor(private readonly files: Listener | undefined) {}

  /** True once something was mounted at the root. */
  get taken(): boolean {
    return this.#taken;
  }

  /** Puts the static files behind a listener: they answer what it hands on. */
  behind(listener: Listener): Listener {
    this.#taken = true;
    const { files } = this;
    return withSlash((request, response, next) =>
      listener(request, response, (error) => {
        if (files && (error === undefined || error === null)) files(request, response, next);
        else next(error);
      }),
    );
  }

  /** Only the static files; undefined when there are none. */
  alone(): Listener | undefined {
    return this.files && withSlash(this.files);
  }
}

/** Leads a browser from `/place` to `/place/`: the relative links of the page would lead beside it otherwise. */
export function withSlash(listener: Listener): Listener {
  return (request, response, next) => {
    const { method, baseUrl, originalUrl } = request;
    const isRoot = baseUrl !== '' && pathOf(originalUrl) === baseUrl;
    if (isRoot && (method === 'GET' || method === 'HEAD')) return redirectToSlash(request, response);
    return listener(request, response, next);
  };
}

/** Redirects to the same path with a slash at the end; not for good, as browsers would remember that. */
export function redirectToSlash({ originalUrl }: Request, response: Response): void {
  const path = pathOf(originalUrl);
  response.redirect(302, `${path}/${originalUrl.slice(path.length)}`);
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? '';
}
