import { ContainerExtension } from 'backlot';

/** A server in a container. It starts with the platform, is restarted when it dies, and goes with the platform. */
export class MyExtension extends ContainerExtension {
  readonly name = 'my-extension';

  readonly container = {
    // Or an image that there is: `image: 'wiremock/wiremock:3'`.
    build: './server',
    ports: { http: 8080 },
    env: { GREETING: 'hello' },
    healthy: { http: '/health' },
  };

  /** `curl my-extension.localhost:4566/` */
  override readonly routes = [{ host: 'my-extension.localhost', to: 'http' }];
}
