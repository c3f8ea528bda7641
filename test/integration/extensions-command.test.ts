import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { runCommand } from '../support/run-command';
import { FIXTURES, RunningPlatform } from '../support/run-platform';
import { temporaryDirectory, writeFiles } from '../support/temporary-directory';
import { Verdaccio } from '../support/verdaccio';

const LIST = `{
  // what we test against
  "extensions": [
    "backlot-extension-ledger@^1.0.0", // payments
    "file:./mail",
    { "spec": "@acme/two", "name": "second" }
  ]
}
`;

describe('backlot extensions', () => {
  let registry: Verdaccio;
  let folder: string;
  const list = () => path.join(folder, 'extensions.json');
  const text = () => readFileSync(list(), 'utf8');
  const extensions = (args: string[], env?: Record<string, string>) =>
    runCommand(['extensions', ...args], { cwd: folder, ...(env ? { env } : {}) });

  beforeAll(async () => {
    registry = await Verdaccio.start();
    for (const version of ['1.0.0', '1.2.0', '2.0.0']) {
      await registry.publish({
        'package.json': {
          name: 'backlot-extension-ledger',
          version,
          description: 'Keeps a ledger of payments',
          keywords: ['backlot-extension'],
          author: 'Ada <ada@acme.example>',
          homepage: 'https://acme.example/ledger',
          license: 'MIT',
          backlot: { extensions: { ledger: './index.js' } },
          peerDependencies: { backlot: '^0.1.0' },
        },
        'index.js': '',
      });
    }
  });
  afterAll(() => registry.stop());
  beforeEach(() => {
    folder = temporaryDirectory({
      '.npmrc': `registry=${registry.url}\n`,
      'mail/package.json': {
        name: 'my-mail',
        version: '0.0.1',
        description: 'Takes mail',
        author: 'Me',
        backlot: { extensions: { mail: './index.js' } },
      },
    });
  });

  describe('init', () => {
    it('creates a list, and refuses to write over one', async () => {
      expect(await extensions(['init'])).toEqual({ code: 0, stdout: `created ${list()}\n`, stderr: '' });
      writeFiles(folder, { 'extensions.json': LIST });
      const { code, stderr } = await extensions(['init']);
      expect(stderr).toContain('error BACKLOT_E_LIST_EXISTS');
      expect(code).toBe(1);
      expect(text()).toBe(LIST);
    });
  });

  describe('list', () => {
    it('reads the list that BACKLOT_EXTENSIONS_FILE names, as in the container', async () => {
      const elsewhere = temporaryDirectory({ 'other.json': { extensions: ['backlot-extension-ledger'] } });
      const file = path.join(elsewhere, 'other.json');
      const { code, stdout } = await extensions(['list', '--json', '--offline'], { BACKLOT_EXTENSIONS_FILE: file });
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ extensions: [{ spec: 'backlot-extension-ledger' }] });
      const missing = path.join(elsewhere, 'missing.json');
      const failed = await extensions(['list', '--offline'], { BACKLOT_EXTENSIONS_FILE: missing });
      expect(failed.stderr).toContain(`there is no ${missing}`);
    });

    it('shows what folders and the registry know when nothing runs', async () => {
      writeFiles(folder, { 'extensions.json': LIST });
      const { code, stdout, stderr } = await extensions(['list']);
      expect(code).toBe(0);
      const rows = stdout.split('\n').map((row) => row.split(/ {2,}/));
      expect(rows.slice(0, 3)).toEqual([
        ['name', 'version', 'state', 'package', 'author', 'summary'],
        ['ledger', '1.2.0', 'listed', 'backlot-extension-ledger', 'Ada', 'Keeps a ledger of payments'],
        ['mail', '0.0.1', 'listed', 'my-mail', 'Me', 'Takes mail'],
      ]);
      expect(stderr).toContain('@acme/two: there is no package named @acme/two');
    });

    it('is one JSON object for programs, and asks nobody when it is told so', async () => {
      writeFiles(folder, { 'extensions.json': LIST });
      const { code, stdout, stderr } = await extensions(['list', '--json', '--offline'], {
        npm_config_registry: 'http://127.0.0.1:1/',
      });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(JSON.parse(stdout)).toEqual({
        file: list(),
        url: null,
        extensions: [
          {
            spec: 'backlot-extension-ledger@^1.0.0',
            package: 'backlot-extension-ledger',
            state: 'listed',
            isListed: true,
          },
          { spec: 'file:./mail', package: 'my-mail', name: 'mail', state: 'listed', isListed: true },
          { spec: '@acme/two', package: '@acme/two', name: 'second', state: 'listed', isListed: true },
        ],
      });
    });

    it('shows what an instance runs', async () => {
      const spec = `file:${FIXTURES}/good-cjs`;
      const platform = await RunningPlatform.start({ extensions: [spec] });
      try {
        writeFiles(folder, { 'extensions.json': { extensions: [spec] } });
        const { code, stdout } = await extensions(['list', '--json', '--url', platform.url]);
        expect(code).toBe(0);
        expect(JSON.parse(stdout)).toMatchObject({
          url: platform.url,
          extensions: [{ spec, name: 'good-cjs', state: 'running', isListed: true }],
        });
      } finally {
        await platform.stop();
      }
    });

    it.each([
      [['list'], 'BACKLOT_E_LIST_NOT_FOUND', 1],
      [['list', '--url', 'http://127.0.0.1:1'], 'BACKLOT_E_LIVE_FAILED', 1],
      [['list', '--url', 'localhost'], 'BACKLOT_E_OPTION_INVALID', 2],
    ])('says what is wrong with %j', async (args, error, exitCode) => {
      if (args.length > 1) writeFiles(folder, { 'extensions.json': LIST });
      const { code, stdout, stderr } = await extensions(args);
      expect(stderr).toContain(`error ${error}`);
      expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' });
    });
  });

  describe('info', () => {
    it('says all about a package', async () => {
      const { code, stdout } = await extensions(['info', 'backlot-extension-ledger@^1']);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^backlot-extension-ledger 1\.2\.0: Keeps a ledger of payments\n/);
      for (const row of [
        /extensions +ledger/,
        /for backlot +\^0\.1\.0/,
        /author +Ada/,
        /license +MIT/,
        /homepage +https:\/\/acme\.example\/ledger/,
        /tags +latest 2\.0\.0/,
        /versions +2\.0\.0, 1\.2\.0, 1\.0\.0/,
      ]) {
        expect(stdout).toMatch(row);
      }
    });

    it('says what a folder holds', async () => {
      const { code, stdout } = await extensions(['info', './mail', '--json']);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ package: 'my-mail', version: '0.0.1', extensions: ['mail'] });
    });

    it.each([
      ['backlot-extension-leger', 'BACKLOT_E_PACKAGE_NOT_FOUND', 'did you mean "backlot-extension-ledger"?'],
      ['backlot-extension-ledger@^9', 'BACKLOT_E_VERSION_NOT_FOUND', 'the newest are 2.0.0, 1.2.0, 1.0.0'],
      ['backlot-extension-ledger@lates', 'BACKLOT_E_VERSION_NOT_FOUND', 'did you mean the tag "latest"?'],
      ['./none', 'BACKLOT_E_MANIFEST_MISSING', ''],
    ])('says what is wrong with %s, and exits with 1', async (spec, error, words) => {
      const { code, stdout, stderr } = await extensions(['info', spec]);
      expect(stderr).toContain(`error ${error}`);
      expect(stderr).toContain(words);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    });
  });

  describe('search', () => {
    it('shows the packages that have the words', async () => {
      const { code, stdout } = await extensions(['search', 'payments']);
      expect(code).toBe(0);
      expect(stdout).toMatch(/backlot-extension-ledger +2\.0\.0 +Keeps a ledger of payments/);
    });

    it('suggests others when there are none, and exits with 1', async () => {
      const { code, stdout, stderr } = await extensions(['search', 'legder']);
      expect(stderr).toBe('no extension has "legder"\ndid you mean backlot-extension-ledger?\n');
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      const json = await extensions(['search', 'legder', '--json']);
      expect(JSON.parse(json.stdout)).toEqual({ results: [], suggestions: ['backlot-extension-ledger'] });
    });
  });

  describe('uninstall', () => {
    beforeEach(() => writeFiles(folder, { 'extensions.json': LIST }));

    it.each([
      ['mail', 'file:./mail'],
      ['my-mail', 'file:./mail'],
      ['file:./mail', 'file:./mail'],
      ['backlot-extension-ledger', 'backlot-extension-ledger@^1.0.0'],
      ['second', '@acme/two'],
    ])('takes %s out of the list', async (name, spec) => {
      const { code, stdout } = await extensions(['uninstall', name]);
      expect({ code, stdout }).toEqual({ code: 0, stdout: `removed ${spec} from ${list()}\n` });
      expect(text()).not.toContain(spec);
      expect(text()).toContain('// what we test against');
    });

    it('takes out what the list has under another name', async () => {
      writeFiles(folder, { 'extensions.json': '{ "extensions": ["books@npm:backlot-extension-ledger@^1.0.0"] }' });
      const { code, stdout } = await extensions(['uninstall', 'books']);
      expect({ code, stdout }).toEqual({
        code: 0,
        stdout: `removed books@npm:backlot-extension-ledger@^1.0.0 from ${list()}\n`,
      });
    });

    it('knows from the lock what a git repository holds', async () => {
      const spec = 'github:acme/extensions#v1';
      const key = '@acme/stripe@1.2.0';
      const locked = {
        source: { kind: 'registry' },
        root: key,
        packages: { [key]: { version: '1.2.0', resolution: {} } },
      };
      writeFiles(folder, {
        'extensions.json': JSON.stringify({ extensions: [spec] }),
        'extensions.lock.json': JSON.stringify({ lockfileVersion: 1, extensions: { [spec]: locked } }),
      });
      const listed = JSON.parse((await extensions(['list', '--json'])).stdout) as { extensions: unknown[] };
      expect(listed.extensions).toEqual([expect.objectContaining({ spec, package: '@acme/stripe', version: '1.2.0' })]);
      const { code, stdout } = await extensions(['uninstall', '@acme/stripe']);
      expect({ code, stdout }).toEqual({ code: 0, stdout: `removed ${spec} from ${list()}\n` });
      const lock = readFileSync(path.join(folder, 'extensions.lock.json'), 'utf8');
      expect(JSON.parse(lock)).toEqual({ lockfileVersion: 1, extensions: {} });
    });

    it('takes several out, with the comments on their lines', async () => {
      const { stdout } = await extensions(['uninstall', 'backlot-extension-ledger', 'second', '--json']);
      expect(JSON.parse(stdout)).toEqual({
        file: list(),
        dryRun: false,
        removed: [{ spec: 'backlot-extension-ledger@^1.0.0' }, { spec: '@acme/two', name: 'second' }],
        url: null,
        stopped: null,
      });
      expect(text()).toBe('{\n  // what we test against\n  "extensions": [\n    "file:./mail"\n  ]\n}\n');
    });

    it('only says what it would do with --dry-run', async () => {
      const { code, stdout } = await extensions(['uninstall', 'mail', '--dry-run']);
      expect({ code, stdout }).toEqual({ code: 0, stdout: `would remove file:./mail from ${list()}\n` });
      expect(text()).toBe(LIST);
    });

    it('names the nearest to a mistyped name, removes nothing, and exits with 1', async () => {
      const { code, stderr } = await extensions(['uninstall', 'second', 'mial']);
      expect(stderr).toContain('has no extension or package named mial (did you mean "mail"?)');
      expect(code).toBe(1);
      expect(text()).toBe(LIST);
    });

    it('refuses a list with mistakes, and says where', async () => {
      writeFiles(folder, { 'extensions.json': '{\n  "extensions": [\n    "a" "b"\n  ]\n}' });
      const { code, stderr } = await extensions(['uninstall', 'a']);
      expect(stderr).toContain(`where: ${list()}:3:9`);
      expect(code).toBe(1);
    });

    describe('from an instance that runs', () => {
      type Answer = (request: IncomingMessage, response: ServerResponse) => void;
      const servers: ReturnType<typeof createServer>[] = [];
      afterEach(() => {
        for (const server of servers.splice(0)) {
          server.closeAllConnections();
          server.close();
        }
      });

      /** What stands in for an instance: it has mail, and answers its removal as it is told to. */
      async function instance(onDelete: Answer): Promise<{ url: string; asked: string[] }> {
        const asked: string[] = [];
        const server = createServer((request, response) => {
          asked.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`.trim());
          if (request.method === 'DELETE') return onDelete(request, response);
          response.end(JSON.stringify({ extensions: [{ name: 'mail', spec: 'file:./mail', state: 'running' }] }));
        });
        servers.push(server);
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
        return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
      }

      it('has it stopped there, and shows its steps', async () => {
        const { url, asked } = await instance((_request, response) => {
          response.write('{"phase":"draining","message":"waiting for a request"}\n');
          response.end('{"phase":"done","ok":true,"status":200}\n');
        });
        const env = { BACKLOT_ADMIN_TOKEN: 't0ken' };
        const { code, stdout, stderr } = await extensions(['uninstall', 'mail', '--url', url], env);
        expect(stderr).toBe('waiting for a request\n');
        expect(stdout).toBe(`removed file:./mail from ${list()}\nstopped mail, which runs at ${url}\n`);
        expect(code).toBe(0);
        expect(asked).toEqual([
          'GET /_backlot/extensions Bearer t0ken',
          'DELETE /_backlot/extensions/mail Bearer t0ken',
        ]);
      });

      it.each<[string, Answer, string]>([
        [
          'what the instance says',
          (_request, response) =>
            response.end(
              '{"phase":"failed","ok":false,"error":{"code":"BACKLOT_E_HOOK_TIMEOUT","message":"it hangs","remedy":"Wait."}}\n',
            ),
          '{"code":"BACKLOT_E_HOOK_TIMEOUT","message":"it hangs","where":{},"action":"Wait."}',
        ],
        [
          'an error with a code of a newer version',
          (_request, response) =>
            response.writeHead(409).end('{"error":{"code":"BACKLOT_E_NEW","message":"it is new"}}'),
          '"code":"BACKLOT_E_LIVE_FAILED","message":"BACKLOT_E_NEW  it is new"',
        ],
        ['an answer that is none', (_request, response) => response.end('<html>'), 'what is no JSON'],
        [
          'an answer without an end',
          (_request, response) => response.end('{"phase":"draining"}\n'),
          'without saying how it went',
        ],
        [
          'an answer that breaks off',
          (_request, response) => response.write('{"phase":"draining"}\n', () => response.destroy()),
          'broke off',
        ],
      ])('exits with 1 and tells %s', async (_what, onDelete, words) => {
        const { url } = await instance(onDelete);
        const { code, stderr, stdout } = await extensions(['uninstall', 'mail', '--url', url, '--json']);
        expect(stderr).toContain(words);
        expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      });

      it('changes nothing when nothing answers there', async () => {
        const { code, stderr } = await extensions(['uninstall', 'mail', '--url', 'http://127.0.0.1:1']);
        expect(stderr).toContain('error BACKLOT_E_LIVE_FAILED');
        expect(code).toBe(1);
        expect(text()).toBe(LIST);
      });
    });
  });

  it.each(['init', 'list', 'info', 'search', 'uninstall'])('%s --help shows an example', async (command) => {
    const { code, stdout } = await extensions([command, '--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Examples?:\n {2}\$ backlot extensions /);
  });

  it.each([
    [['lst'], 'Did you mean list?'],
    [['uninstall'], "missing required argument 'names'"],
  ])('says what is wrong with %j, and exits with 2', async (args, words) => {
    const { code, stderr } = await extensions(args);
    expect(stderr).toContain(words);
    expect(code).toBe(2);
  });
});
