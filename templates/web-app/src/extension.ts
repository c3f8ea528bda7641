import path from 'node:path';
import { Extension, type Router } from 'backlot';
import express, { type Express } from 'express';

const PAGES = path.join(__dirname, '..', 'public');

export class MyExtension extends Extension {
  readonly name = 'my-extension';
  private greeted = 0;

  /** The same app below a path and on a host of its own. */
  override updateGatewayRoutes(router: Router): void {
    const app = this.createApp();
    router.mount('/_extension/my-extension', app);
    router.withHost('my-extension.localhost').mount('/', app);
  }

  override onPlatformReady(): void {
    this.log.info(`open ${this.platform.url}/_extension/my-extension/`);
  }

  private createApp(): Express {
    const app = express();
    app.get('/api/greet/:who', (request, response) => {
      this.greeted += 1;
      response.json({ message: `hello, ${request.params.who}`, greeted: this.greeted });
    });
    app.use(express.static(PAGES));
    return app;
  }
}
