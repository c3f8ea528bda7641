/**
 * Writes to a store on the volume until it is killed. Waits for a line on its input, opens the store, says what it found
 * there, and then says each transaction, once it is acknowledged, before it begins the next one.
 */
const { Buffer } = require('node:buffer');
const { writeSync } = require('node:fs');
const { ExtensionState, Worlds, openStore } = require('../../dist/state');
require('lmdb');

/** So many of the last transactions have left something. */
const KEPT = 50;

const say = (line) => writeSync(1, `${JSON.stringify(line)}\n`);
const contentOf = (n) => `${n} `.repeat(1 + ((n * 31) % 200));

function open(worlds, world) {
  const state = (owner) => new ExtensionState(owner, worlds, () => world.view());
  return {
    transaction: (work) => state('shop').transaction(work),
    counter: state('shop').collection('counter'),
    texts: state('shop').collection('texts', { indexes: { n: ({ n }) => n } }),
    bytes: state('shop').bytes('bytes'),
    other: state('bank').collection('counter'),
  };
}

/** The number of the last transaction in a world, or a word on what is not whole. */
function lastOf({ counter, texts, bytes, other }) {
  const n = counter.get('n') ?? 0;
  if ((other.get('n') ?? 0) !== n) return `${n} in one extension, ${other.get('n')} in the other`;
  const expected = Array.from({ length: Math.min(n, KEPT) }, (_, i) => n - Math.min(n, KEPT) + 1 + i);
  for (const keys of [texts.keys(), bytes.keys(), texts.by('n').keys()]) {
    if (JSON.stringify([...keys]) !== JSON.stringify(expected)) return `after ${n} there are ${[...keys].join()}`;
  }
  for (const i of expected) {
    if (texts.get(i).text !== contentOf(i)) return `the text of ${i} is another one`;
    if (Buffer.from(bytes.get(i)).toString() !== contentOf(i)) return `the bytes of ${i} are others`;
  }
  return n;
}

function write({ transaction, counter, texts, bytes, other }, n) {
  transaction(() => {
    counter.put('n', n);
    texts.put(n, { n, text: contentOf(n) });
    bytes.put(n, Buffer.from(contentOf(n)));
    texts.delete(n - KEPT);
    bytes.delete(n - KEPT);
    other.put('n', n);
  });
}

async function main() {
  const worlds = new Worlds({ store: await openStore({ folder: process.argv[2] }) });
  const base = open(worlds, worlds.base);
  const found = lastOf(base);
  let saved = 0;
  if (worlds.snapshots().length > 0) {
    worlds.delete('copy');
    saved = lastOf(open(worlds, worlds.sandbox('copy', { from: 'one' })));
  }
  say({ found, saved });
  for (let n = found + 1; ; n++) {
    write(base, n);
    say({ wrote: n });
    if (n % 25 !== 0) continue;
    worlds.save('one');
    say({ saved: n });
    if (n % 50 !== 0) continue;
    worlds.restore('one');
  }
}

process.stdin.once('data', () => void main());
say({ loaded: true });
