import { execFile } from 'node:child_process';
import path from 'node:path';
import { putBacklotInto } from '../support/packed-backlot';
import { REPOSITORY } from '../support/run-platform';
import { temporaryDirectory, writeFiles } from '../support/temporary-directory';

const bin = (file: string): string => path.join(REPOSITORY, 'node_modules', file);

interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** Runs Node in a folder until it ends by itself. */
function node(folder: string, args: readonly string[], environment: Record<string, string> = {}): Promise<Outcome> {
  // The runner that runs this test must not be taken for the one that is tried.
  const env = { PATH: process.env.PATH, HOME: folder, CI: '1', ...environment };
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: folder, env, timeout: 55_000 }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? -1) : 0, output: stdout + stderr }),
    );
  });
}

const EXTENSION = (base: string, exported: string): string => `
${base}
${exported} class Hello extends Extension {
  name = 'hello';
  updateGatewayRoutes(router) {
    router.get('/hello/:who', ({ params }) => ({ message: (this.config.greeting ?? 'hello') + ', ' + params.who }));
    router.withHost('hello.localhost').get('/:who', ({ params }) => 'host ' + params.who);
    router.get('/late', () => { setTimeout(() => { throw new Error('too late'); }, 1); return 'ok'; });
  }
  onPlatformReady() { this.timer = setInterval(() => undefined, 1000); }
  onPlatformShutdown() { clearInterval(this.timer); }
}
`;

const BODY = `
    const platform = await createTestPlatform({ extensions: [Hello], config: { hello: { greeting: 'hi' } } });
    try {
      const answer = await platform.fetch('/hello/ada');
      assert.equal(await answer.text(), '{"message":"hi, ada"}');
      assert.equal(await (await platform.fetch('http://hello.localhost/ada')).text(), 'host ada');
      assert.equal(platform.extension(Hello).name, 'hello');
    } finally {
      await platform.close();
    }
    await using other = await createTestPlatform({ extensions: [FOLDER] });
    assert.equal((await other.fetch('/folder')).status, 200);
`;
/** For runners that give the source to Node as it is, which may not know \`await using\`. */
const PLAIN_BODY = BODY.replace('await using other', 'const other').concat('    await other.close();\n');

const FOLDER_EXTENSION = {
  'folder/package.json': {
    name: 'folder',
    version: '1.0.0',
    backlot: { extensions: { folder: './index.js#Folder' } },
    peerDependencies: { backlot: '*' },
  },
  'folder/index.js': `
    const { Extension } = require('backlot');
    exports.Folder = class extends Extension {
      name = 'folder';
      updateGatewayRoutes(router) { router.get('/folder', () => 'from a folder'); }
    };`,
};

function project(files: Record<string, unknown>, beside: readonly string[] = []): string {
  const folder = temporaryDirectory({ ...FOLDER_EXTENSION, ...files });
  putBacklotInto(folder, beside);
  return folder;
}

describe('backlot/testing', () => {
  it('works in node:test, CommonJS, and leaves nothing open', async () => {
    const folder = project({
      'hello.test.cjs': `
        const assert = require('node:assert/strict');
        const { test } = require('node:test');
        const { createTestPlatform } = require('backlot/testing');
        const FOLDER = './folder';
        ${EXTENSION("const { Extension } = require('backlot');", '')}
        test('hello', async () => {${PLAIN_BODY}});`,
    });
    const { code, output } = await node(folder, ['--test', 'hello.test.cjs']);
    expect(output).toContain('pass 1');
    expect(code).toBe(0);
  });

  it('works in node:test, ES modules, and ends without the runner’s help', async () => {
    const folder = project({
      'hello.test.mjs': `
        import assert from 'node:assert/strict';
        import { createTestPlatform } from 'backlot/testing';
        const FOLDER = new URL('./folder', import.meta.url);
        ${EXTENSION("import { Extension } from 'backlot';", '')}
        ${PLAIN_BODY}
        console.log('done');`,
    });
    // Without a runner: a handle that stays open would keep the process until the time limit.
    expect(await node(folder, ['hello.test.mjs'])).toEqual({ code: 0, output: 'done\n' });
    const { code, output } = await node(folder, ['--test', 'hello.test.mjs']);
    expect(output).toContain('pass 1');
    expect(code).toBe(0);
  });

  it('works in jest, CommonJS', async () => {
    const folder = project({
      'package.json': {},
      'hello.test.js': `
        const assert = require('node:assert/strict');
        const { createTestPlatform } = require('backlot/testing');
        const FOLDER = './folder';
        ${EXTENSION("const { Extension } = require('backlot');", '')}
        test('hello', async () => {${PLAIN_BODY}});`,
    });
    const { code, output } = await node(folder, [bin('jest/bin/jest.js'), '--detectOpenHandles', '--rootDir', folder]);
    expect(output).toContain('1 passed');
    expect(output).not.toContain('open handle');
    expect(code).toBe(0);
  });

  it('works in jest, ES modules', async () => {
    const folder = project({
      'package.json': { type: 'module', jest: { transform: {} } },
      'hello.test.js': `
        import assert from 'node:assert/strict';
        import { createTestPlatform } from 'backlot/testing';
        const FOLDER = './folder';
        ${EXTENSION("import { Extension } from 'backlot';", '')}
        test('hello', async () => {${PLAIN_BODY}});`,
    });
    writeFiles(folder, { 'folder/package.json': { ...FOLDER_EXTENSION['folder/package.json'], type: 'commonjs' } });
    const options = { NODE_OPTIONS: '--experimental-vm-modules --no-warnings' };
    const { code, output } = await node(folder, [bin('jest/bin/jest.js'), '--rootDir', folder], options);
    expect(output).toContain('1 passed');
    expect(code).toBe(0);
  });

  it('works in jest with TypeScript', async () => {
    const folder = project({
      'package.json': {
        jest: { transform: { '^.+\\.ts$': [bin('ts-jest'), { tsconfig: 'tsconfig.json', diagnostics: false }] } },
      },
      'tsconfig.json': {
        compilerOptions: { module: 'node16', target: 'es2022', moduleResolution: 'node16', isolatedModules: true },
      },
      'hello.test.ts': `
        import assert from 'node:assert/strict';
        import { createTestPlatform } from 'backlot/testing';
        const FOLDER = './folder';
        ${EXTENSION("import { Extension } from 'backlot';", '')}
        test('hello', async () => {${BODY}});`,
    });
    const { code, output } = await node(folder, [bin('jest/bin/jest.js'), '--rootDir', folder]);
    expect(output).toContain('1 passed');
    expect(code).toBe(0);
  });

  it('works in vitest, with TypeScript', async () => {
    const folder = project(
      {
        'package.json': { type: 'module' },
        'folder/package.json': { ...FOLDER_EXTENSION['folder/package.json'], type: 'commonjs' },
        'hello.test.ts': `
          import assert from 'node:assert/strict';
          import { test } from 'vitest';
          import { createTestPlatform } from 'backlot/testing';
          const FOLDER = new URL('./folder', import.meta.url);
          ${EXTENSION("import { Extension } from 'backlot';", '')}
          test('hello', async () => {${BODY}});`,
      },
      ['vitest'],
    );
    const { code, output } = await node(folder, [bin('vitest/vitest.mjs'), 'run', '--root', folder]);
    expect(output).toContain('1 passed');
    expect(code).toBe(0);
  });

  it('notes under its name what an extension throws in a timer, and leaves what becomes of it to the runner', async () => {
    const folder = project({
      'late.mjs': `
        import { createTestPlatform } from 'backlot/testing';
        ${EXTENSION("import { Extension } from 'backlot';", '')}
        const platform = await createTestPlatform({ extensions: [Hello] });
        process.once('uncaughtException', async (error) => {
          const [noted] = platform.errors;
          console.log(error.message, noted.code, noted.where.extension, noted.cause === error);
          await platform.close();
        });
        await platform.fetch('/late');`,
    });
    expect(await node(folder, ['late.mjs'])).toEqual({
      code: 0,
      output: 'too late BACKLOT_E_LATE_ERROR hello true\n',
    });
  });

  it('has types, in strict mode', async () => {
    const folder = project(
      {
        'package.json': { type: 'module' },
        'tsconfig.json': {
          compilerOptions: {
            strict: true,
            noEmit: true,
            module: 'nodenext',
            target: 'es2022',
            lib: ['es2023', 'esnext.disposable'],
            types: ['node'],
          },
        },
        'types.ts': `
          import { Extension, type Router } from 'backlot';
          import { createTestPlatform, type TestPlatform } from 'backlot/testing';
          class Hello extends Extension {
            readonly name = 'hello';
            readonly own = 1;
            override updateGatewayRoutes(router: Router): void {
              router.get('/hello/:who', ({ params }) => params.who);
            }
          }
          await using platform: TestPlatform = await createTestPlatform({
            extensions: [Hello, './folder', { extension: Hello, config: { a: 1 } }],
            config: { hello: {} },
          });
          const own: number = platform.extension(Hello).own;
          const response: Response = await platform.fetch('/hello/ada', { host: 'hello.localhost' });
          // @ts-expect-error: extensions are classes or paths
          await createTestPlatform({ extensions: [1] });
          export { own, response };`,
      },
      ['@types/node', 'undici-types'],
    );
    expect(await node(folder, [bin('typescript/bin/tsc'), '-p', folder])).toEqual({ code: 0, output: '' });
  });
});
