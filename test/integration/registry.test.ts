import { readRegistrySettings, RegistryClient } from '../../src/extensions/registry';
import { temporaryDirectory } from '../support/temporary-directory';
import { Verdaccio } from '../support/verdaccio';

describe('RegistryClient', () => {
  let registry: Verdaccio;
  let client: RegistryClient;

  beforeAll(async () => {
    registry = await Verdaccio.start();
    const publish = (name: string, description: string, keywords: string[], version = '1.0.0') =>
      registry.publish({
        'package.json': {
          name,
          version,
          description,
          keywords,
          author: 'Ada <ada@acme.example>',
          backlot: { extensions: { ledger: './index.js' } },
        },
        'index.js': '',
      });
    await publish('backlot-extension-ledger', 'Keeps a ledger of payments', ['backlot-extension']);
    await publish('backlot-extension-ledger', 'Keeps a ledger of payments', ['backlot-extension'], '1.1.0');
    await publish('backlot-extension-mail', 'Takes mail', ['mail', 'backlot-extension']);
    await publish('ledger-of-something-else', 'No extension', []);
    const token = await registry.addUser('ada', 'lovelace');
    await registry.publish({ 'package.json': { name: '@private/ledger', version: '1.0.0' } }, { token });
    const environment = { HOME: temporaryDirectory({ '.npmrc': `registry=${registry.url}\n` }) };
    client = new RegistryClient(await readRegistrySettings({ environment }));
  });
  afterAll(() => registry.stop());

  it('gives all that is known of a package', async () => {
    const found = await client.packument('backlot-extension-ledger');
    expect(Object.keys(found.versions)).toEqual(['1.0.0', '1.1.0']);
    expect(found['dist-tags']).toEqual({ latest: '1.1.0' });
    expect(found.versions['1.1.0']).toMatchObject({
      description: 'Keeps a ledger of payments',
      backlot: { extensions: { ledger: './index.js' } },
    });
    expect(found.time?.['1.0.0']).toMatch(/^\d{4}-/);
  });

  it.each([
    ['backlot-extension-ledgr', '"backlot-extension-ledger"'],
    ['hello-wrld', '"backlot-extension-hello-world"'],
    ['@acme/mial', '"backlot-extension-mail"'],
  ])('names the nearest to %s', async (name, nearest) => {
    await expect(client.packument(name)).rejects.toMatchObject({
      code: 'BACKLOT_E_PACKAGE_NOT_FOUND',
      message: expect.stringContaining(`(did you mean ${nearest}?)`) as string,
    });
  });

  it('says that there is no package where none is near', async () => {
    await expect(client.packument('zzzzzzzzzzzz')).rejects.toMatchObject({
      code: 'BACKLOT_E_PACKAGE_NOT_FOUND',
      message: `there is no package named zzzzzzzzzzzz in the registry ${registry.url}`,
      remedy: expect.stringContaining(`backlot login --registry ${registry.url}`) as string,
    });
  });

  it('says which scope to log in for when a package is for others', async () => {
    await expect(client.packument('@private/ledger')).rejects.toMatchObject({
      code: 'BACKLOT_E_REGISTRY_REFUSED',
      message: expect.stringContaining('no credentials were sent') as string,
      remedy: expect.stringContaining('--scope @private') as string,
    });
  });

  it('finds extensions by words, and nothing else', async () => {
    const names = async (...words: string[]) => (await client.search(words)).map(({ name }) => name).sort();
    expect(await names('ledger')).toEqual(['backlot-extension-ledger']);
    expect(await names('payments', 'ledger')).toEqual(['backlot-extension-ledger']);
    expect(await names()).toEqual(['backlot-extension-ledger', 'backlot-extension-mail']);
    expect(await names('zzzzz')).toEqual([]);
    expect(await client.search(['mail'])).toMatchObject([{ version: '1.0.0', description: 'Takes mail' }]);
  });
});
