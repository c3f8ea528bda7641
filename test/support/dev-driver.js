/**
 * Runs development mode for the folders given, as the platform would: after every change it imports the class from the new
 * generation. Prints a line of JSON for the start and for each change.
 */
const path = require('node:path');
const { startDevMode } = require('../../dist/extensions/dev');
const { importExtensionClass } = require('../../dist/extensions/load');

const [cacheDirectory, ...folders] = process.argv.slice(2);
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

async function describe(change) {
  const { folder, files } = change;
  if (change.error) return { folder, files, error: change.error.code };
  const { directory, manifest, number } = change.generation;
  try {
    const Extension = await importExtensionClass(manifest, manifest.extensions[0], directory);
    const stack = Extension.fail?.();
    const milliseconds = Math.round(performance.now() - change.since);
    return { folder, files, number, directory, value: Extension.value, milliseconds, stack };
  } catch (error) {
    return { folder, files, number, error: error.code };
  }
}

async function main() {
  const mode = await startDevMode({
    folders,
    cacheDirectory,
    platformRoot: path.join(__dirname, '../..'),
    poll: process.env.BACKLOT_DEV_POLL === '1',
    installDependencies: async ({ directory, dependencies }) => {
      const { execFileSync } = require('node:child_process');
      const { writeFileSync } = require('node:fs');
      writeFileSync(path.join(directory, 'package.json'), JSON.stringify({ private: true, dependencies }));
      const options = ['--offline', '--no-audit', '--no-fund', '--ignore-scripts', '--install-links'];
      execFileSync('npm', ['install', ...options], { cwd: directory, stdio: 'pipe' });
      say({ installed: dependencies });
    },
    onChange: async (change) => {
      const described = await describe(change);
      if (described.stack) described.stack = mode.withOriginalPaths(described.stack);
      say(described);
      return !described.error;
    },
    onError: (error) => say({ problem: error.code }),
  });
  // Before anything is said: who hears it may stop this at once.
  process.once('SIGTERM', () => void mode.close());
  for (const change of mode.first) say(await describe(change));
}

void main();
