/** Installs what a list names into a volume, with the built dist/, and prints how long that took in this process, in milliseconds. */
const path = require('node:path');
const dist = path.join(__dirname, '../dist/extensions');
const { installExtensions } = require(path.join(dist, 'install'));
const { readExtensionList } = require(path.join(dist, 'list'));

async function main([list, volume]) {
  const entries = await readExtensionList(list, { mustExist: true });
  const began = performance.now();
  const outcomes = await installExtensions(entries, {
    libDirectory: path.join(volume, 'lib'),
    cacheDirectory: path.join(volume, 'cache'),
    temporaryDirectory: path.join(volume, 'tmp'),
    platformRoot: path.join(__dirname, '..'),
    platformVersion: '0.1.0',
    complete: true,
  });
  const milliseconds = performance.now() - began;
  const failed = outcomes.find((outcome) => outcome.error);
  if (failed) throw failed.error;
  process.stdout.write(JSON.stringify({ milliseconds }));
}

void main(process.argv.slice(2));
