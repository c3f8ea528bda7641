import { describeWithEngine } from '../support/describe-with-engine';
import { IMAGE } from '../support/docker-run';

describeWithEngine('the LocalStack module of Testcontainers for Node', () => {
  it('starts the image unchanged', async () => {
    // Its helper image has to be pulled, which a machine without an image registry cannot do.
    process.env.TESTCONTAINERS_RYUK_DISABLED = 'true';
    process.env.TESTCONTAINERS_HOST_OVERRIDE = '127.0.0.1';
    const { LocalstackContainer } = await import('@testcontainers/localstack');
    const container = await new LocalstackContainer(IMAGE).start();
    try {
      const health = await fetch(`${container.getConnectionUri()}/_localstack/health`);
      expect(await health.json()).toMatchObject({ edition: 'community', services: {} });
    } finally {
      await container.stop();
    }
  });
});
