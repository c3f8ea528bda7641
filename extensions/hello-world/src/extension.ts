import { Extension, type Handlers, type Router } from 'backlot';
import * as v from 'valibot';

/** What "config" in extensions.json may hold. Any Standard Schema library works. */
const Config = v.strictObject({
  greeting: v.optional(v.pipe(v.string(), v.nonEmpty()), 'hello'),
});

/** Shows each way in which an extension takes part in HTTP. */
export class HelloWorld extends Extension<typeof Config> {
  static override readonly config = Config;
  readonly name = 'hello-world';

  /** `curl localhost:4566/hello/ada`, and the same on a host of its own: `curl hello.localhost:4566/ada`. */
  override updateGatewayRoutes(router: Router): void {
    router.get('/hello/:who', ({ params }) => this.greet(params.who));
    router.withHost('hello.localhost').get('/:who', ({ params }) => this.greet(params.who));
  }

  /** `curl -H 'x-hello: stop' localhost:4566/anything`: answers what no route serves. */
  override updateRequestHandlers(handlers: Handlers): void {
    handlers.append((chain, { request }) => {
      if (request.headers['x-hello'] === 'stop') chain.respond(200, { stopped: true });
    });
  }

  /** `curl -i localhost:4566/…`: every response gets a header. */
  override updateResponseHandlers(handlers: Handlers): void {
    handlers.append((_chain, _context, response) => response.setHeader('x-hello-world', '1'));
  }

  private greet(who: string): { message: string } {
    return { message: `${this.config.greeting}, ${who}` };
  }
}
