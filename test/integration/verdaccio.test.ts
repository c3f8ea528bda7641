import { Verdaccio } from '../support/verdaccio';

describe('the registry of the tests', () => {
  let registry: Verdaccio;
  beforeAll(async () => {
    registry = await Verdaccio.start();
  });
  afterAll(() => registry.stop());

  const get = (name: string, token?: string) =>
    fetch(registry.url + name, { headers: token ? { authorization: `Bearer ${token}` } : {} });

  it('takes packages from everybody, and gives them to everybody', async () => {
    await registry.publish({ 'package.json': { name: 'open', version: '1.0.0' }, 'index.js': '' });
    await registry.publish({ 'package.json': { name: 'open', version: '1.1.0' }, 'index.js': '' });
    const packument = (await (await get('open')).json()) as { versions: object; 'dist-tags': object };
    expect(Object.keys(packument.versions)).toEqual(['1.0.0', '1.1.0']);
    expect(packument['dist-tags']).toEqual({ latest: '1.1.0' });
    expect((await get('open/-/open-1.1.0.tgz')).status).toBe(200);
  });

  it('keeps private packages for users', async () => {
    const files = { 'package.json': { name: '@private/shut', version: '1.0.0' } };
    await expect(registry.publish(files)).rejects.toThrow(/40[13]/);
    const token = await registry.addUser('ada', 'lovelace');
    await registry.publish(files, { token });
    expect((await get('@private/shut')).status).toBe(401);
    expect((await get('@private/shut', token)).status).toBe(200);
    expect((await get('@private/shut/-/shut-1.0.0.tgz', token)).status).toBe(200);
    expect((await get('@private/shut/-/shut-1.0.0.tgz')).status).toBe(401);
  });
});
