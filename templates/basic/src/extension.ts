import { Extension, type Handlers, type Router } from 'backlot';
import { z } from 'zod';

/** What "config" in extensions.json may hold. Any library that implements Standard Schema works. */
const Config = z.strictObject({
  greeting: z.string().min(1).default('hello'),
});

export class MyExtension extends Extension<typeof Config> {
  static override readonly config = Config;
  readonly name = 'my-extension';

  /** `curl localhost:4566/my-extension/greet/ada` */
  override updateGatewayRoutes(router: Router): void {
    router.get('/my-extension/greet/:who', ({ params }) => ({ message: `${this.config.greeting}, ${params.who}` }));
  }

  /** Sees every request that no route serves: `curl localhost:4566/my-extension/anything`. */
  override updateRequestHandlers(handlers: Handlers): void {
    handlers.append((chain, { path }) => {
      if (path.startsWith('/my-extension/')) chain.respond(404, { error: `my-extension has no ${path}` });
    });
  }

  /** Sees every response before it is sent. */
  override updateResponseHandlers(handlers: Handlers): void {
    handlers.append((_chain, { route }, response) => {
      if (route?.owner === this.name) response.setHeader('x-served-by', this.name);
    });
  }

  override onPlatformReady(): void {
    this.log.info(`try curl ${this.platform.url}/my-extension/greet/ada`);
  }
}
