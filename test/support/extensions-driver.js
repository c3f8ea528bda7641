/**
 * Takes a list of extensions as far as an argument (JSON) says, with the built dist/, and writes what came of it as one
 * line of JSON. A process of its own, because native import() does not work inside jest.
 *
 * `{ list, options, load }`: the path of an extensions.json, the options of installExtensions, whether to load as well.
 */
const path = require('node:path');
const { parseArgs } = require('node:util');

const dist = path.join(__dirname, '../../dist');
const { Extension } = require(path.join(dist, 'api'));
const { constructWith } = require(path.join(dist, 'api/services'));
const extensions = require(path.join(dist, 'extensions'));

async function main() {
  const { positionals } = parseArgs({ allowPositionals: true });
  const { list, options, load } = JSON.parse(positionals[0]);
  const entries = await extensions.readExtensionList(list, { mustExist: true });
  const events = [];
  const start = performance.now();
  const outcomes = await extensions.installExtensions(entries, {
    ...options,
    onProgress: ({ phase, entry }) => {
      events.push(`${phase} ${entry.spec}`);
      process.stderr.write(`${phase}\n`);
    },
  });
  const milliseconds = performance.now() - start;
  const results = [];
  for (const outcome of outcomes) {
    if (outcome.error || !load) results.push({ spec: outcome.entry.spec, ...plain(outcome) });
    else results.push(...(await loadPackage(outcome)));
  }
  process.stdout.write(`${JSON.stringify({ results, events, milliseconds })}\n`);
  // Extensions may keep timers; they are not what is looked at here.
  process.exit(0);
}

function plain({ installed, error }) {
  return error ? { error: error.toJSON() } : { installed };
}

async function loadPackage({ entry, installed }) {
  const results = [];
  try {
    const manifest = await extensions.readManifest(installed.directory);
    extensions.checkVersion(manifest, '0.1.0');
    for (const item of extensions.selectExtensions(entry, manifest)) {
      results.push(await loadItem(entry, installed, manifest, item).catch((error) => failure(entry, error, item.name)));
    }
  } catch (error) {
    results.push(failure(entry, error));
  }
  return results;
}

async function loadItem(entry, installed, manifest, item) {
  const start = performance.now();
  const type = await extensions.importExtensionClass(manifest, item, installed.directory);
  const milliseconds = performance.now() - start;
  const config = await extensions.validateConfig(type, entry, item.name);
  const instance = constructWith({ config, log: console, platform: {}, dataDirectory: '/' }, () => new type());
  const answers = {};
  await instance.updateGatewayRoutes({
    get: (route, endpoint) => (answers[route] = route.endsWith('/trigger') ? undefined : endpoint({})),
  });
  return {
    spec: entry.spec,
    installed,
    name: instance.name,
    isOurs: instance instanceof Extension && Object.getPrototypeOf(type) === Extension,
    answers,
    milliseconds,
  };
}

function failure(entry, error, name) {
  return {
    spec: entry.spec,
    name,
    error: error.toJSON ? error.toJSON() : { code: 'NONE', message: String(error.stack) },
  };
}

void main();
