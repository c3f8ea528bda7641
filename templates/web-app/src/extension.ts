import { WebAppExtension, type WebRouter } from 'backlot';

/** Pages and an API, below `/_extension/my-extension/` and on `my-extension.localhost`. */
export class MyExtension extends WebAppExtension {
  readonly name = 'my-extension';
  override readonly public = './public';
  private greeted = 0;

  /** Each rule answers at both places. */
  override updateWebRoutes(router: WebRouter): void {
    router.get('/api/greet/:who', ({ params }) => {
      this.greeted += 1;
      return { message: `hello, ${params.who}`, greeted: this.greeted };
    });
    router.page('/count', () => `<!doctype html><title>count</title><p>${this.greeted} greeted</p>`);
  }

  override onPlatformReady(): void {
    this.log.info(`open ${this.webUrl}`);
  }
}
