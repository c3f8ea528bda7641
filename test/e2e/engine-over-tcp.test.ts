import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Surroundings } from '../../src/engine/engine-strategies';
import { findEngine } from '../../src/engine/find-engine';
import { Emulator } from '../../src/host';
import { describeWithEngine } from '../support/describe-with-engine';
import { EngineProxy, makeCertificates } from '../support/proxy-engine';
import { StandInImage } from '../support/stand-in-image';
import { temporaryDirectory, writeFiles } from '../support/temporary-directory';

const image = new StandInImage();
const proxies: EngineProxy[] = [];

async function proxy(certificates?: string): Promise<EngineProxy> {
  const started = await EngineProxy.start(certificates);
  proxies.push(started);
  return started;
}

function surroundings(env: Record<string, string>): Surroundings {
  return { env, home: temporaryDirectory(), platform: 'linux', uid: 1000 };
}

describeWithEngine('an engine that is reached over TCP', () => {
  afterEach(async () => {
    await Promise.all(proxies.splice(0).map((each) => each.cut()));
    image.clean();
  });
  afterAll(() => image.remove());

  it('starts and stops a container, in clear text and within TLS', async () => {
    image.build();
    const certificates = makeCertificates();
    const plain = await proxy();
    const secure = await proxy(certificates);
    const environments: Record<string, string>[] = [
      { DOCKER_HOST: plain.address },
      { DOCKER_HOST: secure.address, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: certificates },
    ];
    for (const [index, env] of environments.entries()) {
      const engine = await findEngine(surroundings(env));
      const name = `${image.prefix}-${index}`;
      const emulator = await Emulator.start({ engine, name, image: image.name, port: 0 });
      expect((await emulator.status()).state).toBe('ready');
      expect(await emulator.stop()).toMatchObject({ wasRunning: true, exitCode: 0 });
    }
  });

  it('is not taken with a certificate by an unknown authority, unless nobody asked for that', async () => {
    const secure = await proxy(makeCertificates());
    const foreign = makeCertificates();
    const env = { DOCKER_HOST: secure.address, DOCKER_CERT_PATH: foreign };
    await expect(findEngine(surroundings({ ...env, DOCKER_TLS_VERIFY: '1' }))).rejects.toThrow(
      /\(TLS\): .*certificate/,
    );
    const own = await proxy(foreign);
    rmSync(path.join(foreign, 'ca.pem'));
    const unverified = { DOCKER_HOST: own.address, DOCKER_CERT_PATH: foreign, DOCKER_TLS: '1' };
    expect((await findEngine(surroundings(unverified))).description).toBe(`${own.address} (TLS) (DOCKER_HOST)`);
  });

  it('is that of a context, with the certificates which the context has', async () => {
    const certificates = makeCertificates();
    const secure = await proxy(certificates);
    const where = surroundings({});
    const hash = createHash('sha256').update('far').digest('hex');
    const contexts = path.join(where.home, '.docker', 'contexts');
    writeFiles(where.home, {
      '.docker/config.json': { currentContext: 'far' },
      [`.docker/contexts/meta/${hash}/meta.json`]: { Name: 'far', Endpoints: { docker: { Host: secure.address } } },
    });
    const folder = path.join(contexts, 'tls', hash, 'docker');
    mkdirSync(folder, { recursive: true });
    for (const file of ['ca.pem', 'cert.pem', 'key.pem'])
      cpSync(path.join(certificates, file), path.join(folder, file));
    expect((await findEngine(where)).description).toBe(`${secure.address} (TLS) (current Docker context)`);
  });
});
