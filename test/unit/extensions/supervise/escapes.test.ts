import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

const ROOT = resolve(__dirname, '../../../..');

/** What two extensions leave running in a handler that is not async, and what belongs to nobody. */
const PROGRAM = `
  const { Attribution } = require('./src/extensions/supervise/attribution');
  const { catchEscapes } = require('./src/extensions/supervise/escapes');
  const { change } = require('./src/gateway/owner');
  const attribution = new Attribution();
  const note = (who, thrown) => console.log(who + ': ' + thrown.message);
  catchEscapes(attribution, {
    fromExtension: (extension, thrown) => note(extension, thrown),
    fromPlatform: (thrown) => note('nobody', thrown),
  });
  const fail = (what) => { throw new Error(what); };
  const leave = [
    () => setTimeout(() => fail('a timer')),
    () => process.nextTick(() => fail('a tick')),
    () => void Promise.reject(new Error('a rejection')),
    () => void Promise.resolve().then(() => fail('a promise')),
    () => void fetch('http://127.0.0.1:1').catch(() => fail('a fetch')),
    () => setTimeout(() => new (require('events'))().emit('error', new Error('an event')), 1),
    () => require('net').connect(1, '127.0.0.1').on('error', () => fail('a socket')),
    () => require('fs').readFile('/', () => fail('a file')),
  ];
  const tenures = [attribution.tenure('a'), attribution.tenure('b')];
  let tenure;
  let before;
  for (const run of leave) {
    for (const next of tenures) {
      before = change(tenure, next, before);
      tenure = next;
      run();
    }
  }
  tenure.leave(before);
  setTimeout(() => fail('of the platform'));
`;

it('what escapes is known to be the extension’s that left it running, also where others ran behind it', async () => {
  const args = ['-r', 'ts-node/register/transpile-only', '-e', PROGRAM];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT });
  const left = ['a timer', 'a tick', 'a rejection', 'a promise', 'a fetch', 'an event', 'a socket', 'a file'];
  const expected = [...left.flatMap((what) => [`a: ${what}`, `b: ${what}`]), 'nobody: of the platform'];
  expect(stdout.trim().split('\n').sort()).toEqual(expected.sort());
});
