import { isIPv4 } from 'node:net';
import { Extension } from './extension';
import type { Router } from './gateway';
import { PlacesRouter, type WebRouter } from './places-router';
import { redirectToSlash, SiteRoot } from './site-root';
import { staticFiles } from './static-files';

/**
 * The base class of an extension with pages: static files, pages and routes, each of which answers below
 * `/_extension/NAME/` and on the hosts `NAME.localhost` and `NAME.localhost.localstack.cloud`.
 *
 * Its links should be relative, so that they work at each place. An Express app with a view engine is mounted at "/" in
 * `updateWebRoutes`; static files then answer what the app hands on. A class that overrides `updateGatewayRoutes` calls
 * `super.updateGatewayRoutes(router)`.
 */
export abstract class WebAppExtension<Schema = undefined> extends Extension<Schema> {
  /** The folder with the static files, relative to the package: `./public`. */
  readonly public?: string;

  /**
   * True for an app of a single page, whose `index.html` answers for every path that a browser asks a page for; or the name
   * of that page in the folder.
   */
  readonly singlePage?: boolean | string;

  /** Called to add pages and routes; a rule answers at every place of the app. */
  updateWebRoutes(_router: WebRouter): void | Promise<void> {}

  override async updateGatewayRoutes(router: Router): Promise<void> {
    const base = `/_extension/${this.name}`;
    const files =
      this.public === undefined
        ? undefined
        : staticFiles({
            packageDirectory: this.packageDirectory,
            folder: this.public,
            singlePage: this.singlePage ?? false,
            extension: this.name,
          });
    const root = new SiteRoot(files);
    const below = router.submount(base);
    const places = [below, ...this.#hosts().map((host) => router.withHost(host))];
    await this.updateWebRoutes(new PlacesRouter(places, router, root));
    if (root.taken) return;
    const alone = root.alone();
    if (alone) for (const place of places) place.mount('/', alone);
    else router.get(base, ({ request, response }) => redirectToSlash(request, response));
  }

  /** Where the app is below the platform's own URL, with a slash at the end. */
  protected get webUrl(): string {
    return `${this.platform.url}/_extension/${this.name}/`;
  }

  #hosts(): string[] {
    const { hostname } = new URL(this.platform.url);
    const bases = ['localhost', 'localhost.localstack.cloud'];
    // A URL has IPv6 addresses in brackets. To ask Node 20 for one compiles a pattern for 4 ms.
    if (!hostname.startsWith('[') && !isIPv4(hostname)) bases.push(hostname);
    return [...new Set(bases)].map((host) => `${this.name}.${host}`);
  }
}
