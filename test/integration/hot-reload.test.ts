import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { RunningPlatform } from '../support/run-platform';
import { temporaryDirectory, writeFiles } from '../support/temporary-directory';
import { waitFor } from '../support/wait-for';

/** A TypeScript extension, as an author has it: with a module of its own and a dependency that nobody has installed. */
const files = (greeting: string, more: Record<string, unknown> = {}) => ({
  'package.json': {
    name: 'backlot-extension-developed',
    version: '1.0.0',
    backlot: { extensions: { developed: './src/extension.ts#Developed' } },
    dependencies: { ms: '^2.1.3' },
    peerDependencies: { backlot: '^0.1.0' },
    ...more,
  },
  'src/greeting.ts': `export const greeting: string = '${greeting}';\n`,
  'src/extension.ts': `
    import { Extension, type Router } from 'backlot';
    import ms from 'ms';
    import { greeting } from './greeting.js';

    export class Developed extends Extension {
      readonly name = 'developed';
      override updateGatewayRoutes(router: Router): void {
        router.get('/developed', () => ({ greeting, second: ms('1s'), config: this.config }));
      }
    }
  `,
});

const built = { backlot: { extensions: { developed: './dist/extension.js#Developed' } } };

describe.each([
  ['CommonJS', {}],
  ['ES modules', { type: 'module' }],
  ['CommonJS that is to be built before it is published', built],
])('a folder that is developed, in TypeScript as %s', (_kind, more) => {
  let folder: string;
  let platform: RunningPlatform;

  beforeAll(async () => {
    folder = path.join(temporaryDirectory(), 'developed');
    mkdirSync(folder);
    writeFiles(folder, files('hello', more));
    platform = await RunningPlatform.start({
      extensions: [{ spec: `file:${folder}`, config: { a: 1 } }],
      environment: { BACKLOT_DEV_EXTENSIONS: folder },
    });
  });
  afterAll(() => platform.stop());

  const answer = () => platform.json<{ greeting: string; second: number; config: unknown }>('/developed');

  it('is loaded from there, with its dependencies and what the list says of it', async () => {
    expect(await answer()).toEqual({ greeting: 'hello', second: 1000, config: { a: 1 } });
    expect(platform.stdout).toContain('developed 1.0.0 loaded (developed)');
  });

  it('is reloaded on every save, and says what and how long it took', async () => {
    for (const greeting of ['good day', 'good evening']) {
      writeFiles(folder, { 'src/greeting.ts': `export const greeting = '${greeting}';\n` });
      await waitFor('the new greeting', async () => (await answer()).greeting === greeting);
    }
    expect(platform.stdout).toMatch(/reloaded developed in \d+ ms: src\/greeting\.ts changed/);
  });

  it('goes on as it was while what was saved does not start, which is said with the file and the line', async () => {
    writeFiles(folder, { 'src/greeting.ts': `export const greeting = ;\n` });
    await waitFor('the error', () => platform.stderr.includes('the old one stays'));
    expect(platform.stderr).toContain('src/greeting.ts(1,25)');
    expect((await answer()).greeting).toBe('good evening');
    writeFiles(folder, { 'src/greeting.ts': `export const greeting = 'mended';\n` });
    await waitFor('the mended greeting', async () => (await answer()).greeting === 'mended');
  });
});
