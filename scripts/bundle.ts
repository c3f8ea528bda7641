/**
 * `npm run build`, after the compiler: joins the modules of each program, and of the libraries that it begins with, into one
 * file in dist/bundle, which src/bin runs. The public API stays what it is, a folder of modules: extensions and the platform
 * have to share it.
 */
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { build, type Plugin } from 'esbuild';
import { PROGRAMS } from '../src/bin/load-program';

const DIST = path.resolve(__dirname, '..', 'dist');
const BUNDLES = path.join(DIST, 'bundle');

/** What is loaded when it is first used, if ever, and costs more than it is worth in a bundle. */
const APART = [
  '@balena/dockerignore',
  '@inquirer/prompts',
  '@pnpm/*',
  'chokidar',
  'dockerode',
  'ini',
  'npm-registry-fetch',
  'tar-fs',
  'ts-node',
  'typescript',
  'yaml',
];

/**
 * What other libraries load at their beginning, as a whole and without looking into it, and a start does not use: each is loaded
 * when it is first called or asked for one of its properties.
 */
const LATE = ['@colors/colors/safe', 'http-errors', 'mime-types', 'qs'];

/** A library that is called at the beginning, for a function that is used late, if ever. It looks at the stack, which is slow. */
const LATE_RESULT = 'depd';

const late: Plugin = {
  name: 'late',
  setup(bundler) {
    bundler.onResolve({ filter: /^[a-z@]/ }, async ({ path: library, kind, importer, resolveDir, namespace }) => {
      if (namespace === 'late' || ![...LATE, LATE_RESULT].includes(library)) return undefined;
      const { path: file } = await bundler.resolve(library, { kind, importer, resolveDir, namespace: 'late' });
      return { path: path.relative(DIST, file), namespace: 'late', pluginData: library };
    });
    bundler.onLoad({ filter: /.*/, namespace: 'late' }, ({ path: relative, pluginData: library }) => {
      const file = path.resolve(DIST, relative);
      const contents = `
        const load = () => require(${JSON.stringify(file)});
        module.exports = ${library === LATE_RESULT ? '(...given) => late(() => load()(...given))' : 'late(load)'};
        function late(make) {
          let made;
          const settings = {};
          const get = () => (made ??= Object.assign(make(), settings));
          return new Proxy(() => undefined, {
            get: (_, name) => get()[name],
            set: (_, name, value) => ((made ?? settings)[name] = value, true),
            apply: (_, self, given) => Reflect.apply(get(), self, given),
          });
        }`;
      return { contents, resolveDir: path.dirname(file) };
    });
  },
};

/** Modules of ours that stay modules. */
function staysModule(file: string): boolean {
  const relative = path.relative(DIST, file);
  // Node's own import() does not work in code that comes from a cache (Node 20).
  return relative.startsWith(`api${path.sep}`) || relative === path.join('extensions', 'load', 'import-module.js');
}

/** LMDB looks for its native part beside its own file, which it has to be told of. */
const lmdb: Plugin = {
  name: 'lmdb',
  setup(bundler) {
    bundler.onLoad({ filter: /[\\/]lmdb[\\/]dist[\\/]index\.cjs$/ }, async ({ path: file }) => ({
      contents:
        `const __filename = require('node:module').createRequire(__bundles + '/').resolve('lmdb');\n` +
        (await readFile(file, 'utf8')),
    }));
  },
};

const ours: Plugin = {
  name: 'backlot',
  setup(bundler) {
    bundler.onResolve({ filter: /^\.\.?(\/|$)/ }, ({ path: request, resolveDir }) => {
      if (path.relative(DIST, resolveDir).startsWith('..')) return undefined;
      const file = require.resolve(path.resolve(resolveDir, request));
      if (!staysModule(file)) return undefined;
      return { path: `./${path.relative(BUNDLES, file)}`, external: true };
    });
    bundler.onLoad({ filter: /\.js$/ }, async ({ path: file }) => {
      const relative = path.relative(DIST, file);
      if (relative.startsWith('..')) return undefined;
      const text = (await readFile(file, 'utf8'))
        // What is loaded late is in the bundle, too, where it can be.
        .replace(/\(0, \w+\.createRequire\)\(__filename\)\((?=['"])/g, 'require(')
        .replace(/^const load = \(0, \w+\.createRequire\)\(__filename\);\n([^]*)/m, (_, rest: string) => {
          return rest.replace(/\bload\((?=['"])/g, 'require(');
        });
      if (!/__(?:file|dir)name/.test(text)) return { contents: text };
      const place = JSON.stringify(`../${relative.split(path.sep).join('/')}`);
      const names =
        `const __filename = require('node:path').resolve(__bundles, ${place}); ` +
        `const __dirname = require('node:path').dirname(__filename); `;
      return { contents: text.replace(/^("use strict";\n)?/, (strict) => `${strict}${names}`) };
    });
  },
};

async function main(): Promise<void> {
  await rm(BUNDLES, { recursive: true, force: true });
  await build({
    entryPoints: Object.fromEntries(
      Object.entries(PROGRAMS).map(([name, module]) => [name, path.join(DIST, `${module}.js`)]),
    ),
    outdir: BUNDLES,
    bundle: true,
    platform: 'node',
    // UMD modules, which some packages name as their main file, cannot be joined.
    mainFields: ['module', 'main'],
    target: 'node20',
    format: 'cjs',
    supported: { 'dynamic-import': false },
    legalComments: 'eof',
    // V8 counts the lines of the whole file for the first stack that a library looks at.
    minifyWhitespace: true,
    lineLimit: 200,
    // What load-program runs. It is wrapped here, for there it would be copied.
    banner: { js: '(function (exports, require, module, __filename, __dirname) { const __bundles = __dirname;' },
    footer: { js: '})' },
    external: APART,
    // What winston traces itself with; the other one brings a library for colours, 3 ms of the start.
    alias: { '@dabh/diagnostics': '@dabh/diagnostics/node/production.js' },
    plugins: [lmdb, late, ours],
    logLevel: 'warning',
  });
}

void main();
