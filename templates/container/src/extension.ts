import Docker from 'dockerode';
import { Extension, type Router } from 'backlot';
import { z } from 'zod';
import { forwardTo } from './forward';
import { startServer, type Server } from './server';

/** What "config" in extensions.json may hold. */
const Config = z.strictObject({
  /** The image of the server. It is pulled when this machine does not have it. */
  image: z.string().min(1).default('nginx:1'),
  /** What the image runs, when it is not its own default. */
  command: z.array(z.string()).optional(),
  /** The port that the server listens on, inside its container. */
  port: z.int().min(1).max(65_535).default(80),
  /** A path that answers with a status below 500 when the server is healthy. */
  healthPath: z.string().startsWith('/').default('/'),
  /** How long it may take to be healthy, in seconds. */
  healthTimeout: z.number().positive().default(25),
});

/** Runs another server in a container, for as long as the platform runs, and leads a host to it. */
export class MyExtension extends Extension<typeof Config> {
  static override readonly config = Config;
  readonly name = 'my-extension';
  private server: Server | undefined;

  override async onPlatformStart(): Promise<void> {
    this.server = await startServer(new Docker(), this.config);
    this.log.info(`${this.config.image} is healthy at ${this.server.host}:${this.server.port}`);
  }

  /** `curl my-extension.localhost:4566/` */
  override updateGatewayRoutes(router: Router): void {
    router.withHost('my-extension.localhost').mount('/', (request, response) => {
      if (this.server) forwardTo(this.server, request, response);
    });
  }

  override async onPlatformShutdown(): Promise<void> {
    await this.server?.remove();
  }
}
