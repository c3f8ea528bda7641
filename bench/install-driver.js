/**
 * Installs what a list names into a volume, as a start does, with the built program, and prints how long that took in this
 * process, in milliseconds.
 */
const path = require('node:path');
const { loadProgram } = require(path.join(__dirname, '../dist/bin/load-program'));

async function main([list, volume]) {
  const settings = { BACKLOT_EXTENSIONS_FILE: list, BACKLOT_VOLUME: volume, LS_LOG: 'error' };
  const { extensions, milliseconds } = await loadProgram('init').install({ ...process.env, ...settings });
  const failed = extensions.find(({ error }) => error);
  if (failed) throw new Error(JSON.stringify(failed.error));
  process.stdout.write(JSON.stringify({ milliseconds }));
}

void main(process.argv.slice(2));
