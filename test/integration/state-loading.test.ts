import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { REPOSITORY } from '../support/run-platform';

/** Starts a platform of modules, with an extension that has this in its endpoint, and asks for that; gives what of the state is loaded. */
async function loadedBy(endpoint: string, path = '/'): Promise<string[]> {
  const program = `
    const { createTestPlatform } = require('./dist/testing');
    const { Extension } = require('./dist/api');
    class Probe extends Extension {
      name = 'probe';
      updateGatewayRoutes(router) {
        router.get('/', () => { ${endpoint}; return 'ok'; });
      }
    }
    (async () => {
      const platform = await createTestPlatform({ extensions: [Probe] });
      await (await fetch(platform.url + ${JSON.stringify(path)})).text();
      await platform.close();
      const files = Object.keys(require.cache).map((file) => require('node:path').relative(process.cwd(), file));
      console.log(JSON.stringify(files.filter((file) => /^(dist.state|node_modules.(sorted-btree|lmdb))\\b/.test(file))));
    })();
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', program], { cwd: REPOSITORY });
  return JSON.parse(stdout) as string[];
}

describe('what keeps the state', () => {
  it('is not loaded where no extension uses it', async () => {
    expect(await loadedBy('this.timers.setTimeout(() => undefined, 1)')).toEqual([]);
    expect(await loadedBy('', '/_backlot/health')).toEqual([]);
  });

  it.each(['this.state', 'this.clock', 'this.ids', 'this.webhooks'])(
    'is loaded for %s, without an engine',
    async (use) => {
      const loaded = await loadedBy(use);
      expect(loaded).toContain(join('dist', 'state', 'state-host.js'));
      expect(loaded.filter((file) => file.includes('lmdb'))).toEqual([
        join('dist', 'state', 'durable', 'lmdb-engine.js'),
        join('dist', 'state', 'durable', 'load-lmdb.js'),
      ]);
    },
  );
});
