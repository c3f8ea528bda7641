import { chmodSync } from 'node:fs';
import path from 'node:path';
import {
  configuredRegistry,
  credentialsKey,
  npmrcFor,
  readRegistrySettings,
  secretsOf,
} from '../../../../src/extensions/registry/registry-settings';
import { parseNpmrc } from '../../../../src/extensions/registry/npmrc';
import { temporaryDirectory } from '../../../support/temporary-directory';

/** Reads the settings of a home and a project that have these files. */
async function read(files: Record<string, string>, environment: Record<string, string> = {}) {
  const folder = temporaryDirectory(files);
  const settings = await readRegistrySettings({
    projectDirectory: path.join(folder, 'project'),
    environment: {
      HOME: path.join(folder, 'home'),
      npm_config_globalconfig: path.join(folder, 'global'),
      ...environment,
    },
  });
  return { folder, settings };
}

describe('readRegistrySettings', () => {
  const LAYERS = {
    global: 'registry=http://global/\n',
    'home/.npmrc': 'registry=http://user/\n',
    'home/.config/backlot/npmrc': 'registry=http://credentials/\n',
    'project/.npmrc': 'registry=http://project/\n',
  };

  it('has the environment win, then project, credentials, user and machine', async () => {
    const environment = await read(LAYERS, { npm_config_registry: 'http://environment/' });
    expect(configuredRegistry(environment.settings)).toBe('http://environment/');
    const order: Partial<typeof LAYERS> = { ...LAYERS };
    for (const [file, name] of [
      ['project/.npmrc', 'project'],
      ['home/.config/backlot/npmrc', 'credentials'],
      ['home/.npmrc', 'user'],
      ['global', 'global'],
    ] as const) {
      const { settings } = await read(order);
      expect(configuredRegistry(settings)).toBe(`http://${name}/`);
      delete order[file];
    }
    expect(configuredRegistry((await read({})).settings)).toBeUndefined();
  });

  it('puts together what different files say', async () => {
    const { settings } = await read({
      'project/.npmrc': '@acme:registry=http://acme/npm/\n',
      'home/.config/backlot/npmrc': '//acme/npm/:_authToken=t0ken\n',
      'home/.npmrc': 'registry=http://user/\nsave-exact=true\n',
    });
    expect(settings.values).toEqual({
      '@acme:registry': 'http://acme/npm/',
      '//acme/npm/:_authToken': 't0ken',
      registry: 'http://user/',
    });
    expect(configuredRegistry(settings, '@acme/ledger')).toBe('http://acme/npm/');
    expect(configuredRegistry(settings, 'ledger')).toBe('http://user/');
    expect(configuredRegistry(settings, '@other/ledger')).toBe('http://user/');
  });

  it('reads the names that npm gives to variables', async () => {
    const { settings } = await read(
      {},
      { NPM_CONFIG_HTTPS_PROXY: 'http://p/', npm_config_strict_ssl: 'false', 'npm_config_//acme/:_authToken': 'x' },
    );
    expect(settings.values).toEqual({ 'https-proxy': 'http://p/', 'strict-ssl': 'false', '//acme/:_authToken': 'x' });
  });

  it('makes the path of a file of certificates one that holds elsewhere', async () => {
    const { settings, folder } = await read({ 'project/.npmrc': 'cafile=ca.pem\n' });
    expect(settings.values.cafile).toBe(path.join(folder, 'project', 'ca.pem'));
  });

  it('lists a file that cannot be read, and goes on', async () => {
    const folder = temporaryDirectory({ '.config/backlot/npmrc/folder': '', '.npmrc': 'registry=http://user/' });
    chmodSync(path.join(folder, '.config'), 0o755);
    const settings = await readRegistrySettings({ environment: { HOME: folder, npm_config_globalconfig: '/none' } });
    expect(settings.unreadable).toEqual([path.join(folder, '.config/backlot/npmrc')]);
    expect(configuredRegistry(settings)).toBe('http://user/');
  });
});

describe('credentialsKey', () => {
  const settings = {
    values: {
      '//a/npm/:_authToken': 'x',
      '//b/:_auth': 'x',
      '//c/:username': 'u',
      '//c/:_password': 'x',
      '//d:_authToken': 'x',
    },
    unreadable: [],
  };
  it.each([
    ['http://a/npm/', '//a/npm/:_authToken'],
    ['http://a/npm/team/', '//a/npm/:_authToken'],
    ['http://a/', undefined],
    ['http://a:8080/npm/', undefined],
    ['http://b/x/', '//b/:_auth'],
    ['http://c/', '//c/:_password'],
    ['http://d/', '//d:_authToken'],
  ])('for %s is %s', (registry, key) => {
    expect(credentialsKey(settings, registry)).toBe(key);
  });
});

describe('secretsOf', () => {
  it('has every secret, also decoded', () => {
    const encode = (text: string) => Buffer.from(text).toString('base64');
    const values = {
      '//a/:_authToken': 't0ken',
      '//b/:_auth': encode('ada:lovelace'),
      '//c/:_password': encode('secret'),
    };
    expect(secretsOf({ values: { ...values, registry: 'http://a/' }, unreadable: [] })).toEqual(
      expect.arrayContaining(['t0ken', encode('ada:lovelace'), 'ada:lovelace', 'lovelace', encode('secret'), 'secret']),
    );
  });
});

describe('npmrcFor', () => {
  it('is a file that says the same', async () => {
    const { settings } = await read({
      'home/.npmrc': 'registry=http://user/\n//user/:_authToken=a=b;\\;c\nca[]="one\\ntwo"\nca[]=three\n',
    });
    expect({ ...parseNpmrc(npmrcFor(settings), {}) }).toEqual(settings.values);
  });
});
