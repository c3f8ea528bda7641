import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { VERSION } from '../../../src/extensions/own-package';
import { resolveSettings, type StartOptions } from '../../../src/host/settings';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(path.join(os.tmpdir(), 'backlot-settings-'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const resolve = (options: StartOptions, env: Record<string, string> = {}) => resolveSettings(options, { env, cwd });

describe('the settings of a container', () => {
  it('have defaults', () => {
    expect(resolve({})).toMatchObject({
      name: 'backlot-main',
      image: `backlot:${VERSION}`,
      port: 4566,
      extensionsFile: undefined,
      volume: { type: 'volume', source: 'backlot-main', temporary: false },
      environment: {},
    });
  });

  it('take name and image from MAIN_CONTAINER_NAME and IMAGE_NAME, unless they are given', () => {
    const env = { MAIN_CONTAINER_NAME: 'localstack-main', IMAGE_NAME: 'mine:1' };
    expect(resolve({}, env)).toMatchObject({ name: 'localstack-main', image: 'mine:1' });
    expect(resolve({}, env).volume.source).toBe('backlot-localstack-main');
    expect(resolve({ name: 'a1', image: 'b' }, env)).toMatchObject({ name: 'a1', image: 'b' });
  });

  it('with port 0 and no name are those of an instance of its own, whose volume goes with it', () => {
    const [one, two] = [resolve({ port: 0 }), resolve({ port: 0 })];
    expect(one.name).not.toBe(two.name);
    expect(one.volume).toEqual({ type: 'volume', source: one.name, temporary: true });
    expect(resolve({ port: 0, name: 'kept' }).volume).toEqual({
      type: 'volume',
      source: 'backlot-kept',
      temporary: false,
    });
  });

  it('take ./extensions.json where there is one', () => {
    writeFileSync(path.join(cwd, 'extensions.json'), '{}');
    expect(resolve({}).extensionsFile).toBe(path.join(cwd, 'extensions.json'));
  });

  it('tell a folder from a volume by its slash or dot', () => {
    expect(resolve({ volume: './data' }).volume).toEqual({
      type: 'bind',
      source: path.join(cwd, 'data'),
      temporary: false,
    });
    expect(resolve({ volume: 'data' }).volume).toEqual({ type: 'volume', source: 'data', temporary: false });
  });

  it('mount folders, files and volumes where they are written to', () => {
    writeFileSync(path.join(cwd, 'ready.sh'), '');
    const mounts = ['./ready.sh:/etc/localstack/init/ready.d/a.sh:ro', `${cwd}:/data`, 'notes:/notes'];
    expect(resolve({ mounts }).mounts).toEqual([
      {
        type: 'bind',
        source: path.join(cwd, 'ready.sh'),
        target: '/etc/localstack/init/ready.d/a.sh',
        readOnly: true,
      },
      { type: 'bind', source: cwd, target: '/data', readOnly: false },
      { type: 'volume', source: 'notes', target: '/notes', readOnly: false },
    ]);
    for (const mount of ['./gone:/x', 'notes', 'notes:relative', ':/x', 'no name:/x', '/x']) {
      expect(() => resolve({ mounts: [mount] })).toThrow(/is no mount|there is no/);
    }
  });

  it('hand specs of extensions over in the environment', () => {
    const environment = { EXTENSION_AUTO_INSTALL: 'a', X: '1' };
    expect(resolve({ extensions: ['b@^1', 'c'], environment }).environment).toEqual({
      EXTENSION_AUTO_INSTALL: 'a,b@^1,c',
      X: '1',
    });
  });

  it.each<[StartOptions, string]>([
    [{ port: 70_000 }, 'BACKLOT_E_OPTION_INVALID'],
    [{ port: 1.5 }, 'BACKLOT_E_OPTION_INVALID'],
    [{ name: 'not a name' }, 'BACKLOT_E_OPTION_INVALID'],
    [{ volume: 'no:volume' }, 'BACKLOT_E_OPTION_INVALID'],
    [{ environment: { 'A=B': 'c' } }, 'BACKLOT_E_OPTION_INVALID'],
    [{ extensionsFile: 'missing.json' }, 'BACKLOT_E_LIST_NOT_FOUND'],
  ])('refuse %j with %s', (options, code) => {
    expect(() => resolve(options)).toThrow(expect.objectContaining({ code }) as Error);
  });
});
