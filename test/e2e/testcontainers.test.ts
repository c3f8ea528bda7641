import { LocalstackContainer } from '@testcontainers/localstack';
import { describeWithEngine } from '../support/describe-with-engine';
import { IMAGE } from '../support/docker-run';

describeWithEngine('the LocalStack module of Testcontainers for Node', () => {
  it('starts the image unchanged', async () => {
    const container = await new LocalstackContainer(IMAGE).start();
    try {
      const health = await fetch(`${container.getConnectionUri()}/_localstack/health`);
      expect(await health.json()).toMatchObject({ edition: 'community', services: {} });
    } finally {
      await container.stop();
    }
  });
});
