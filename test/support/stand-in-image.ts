import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/**
 * What runs in the stand-in: it behaves as a container of Backlot does from the outside, and misbehaves as its
 * environment says.
 */
const PROGRAM = `
const http = require('node:http');
const { MODE, LINES = '0', LINGER = '0', TICKS, BYTES } = process.env;
const answers = {
  '/_backlot/health': { version: '9.9.9', services: { 'hello-world': 'running' } },
  '/_backlot/init': { completed: { READY: true } },
};
if (MODE === 'exit') {
  // All on one stream: an engine does not keep the order between two.
  for (let i = 1; i <= 30; i += 1) console.error('line ' + i);
  console.error('it went wrong');
  process.exit(3);
}
console.log('2026-01-02T12:00:01.204Z info  [init] Ready. is near');
console.error('2026-01-02T12:00:01.205Z warn  [hello-world] Grüße 👋');
if (MODE === 'talk') {
  const at = '2026-01-02T12:00:01.300Z ';
  console.log(at + 'info  [one] first\\n  of two lines\\n' + at + 'info  [gateway] GET /');
  console.error(at + 'warn  [two] careful\\n' + at + 'error [one] broken\\n    at one.js:1');
}
let ticks = 0;
function tick() {
  ticks += 1;
  process.stdout.write('tick ' + ticks + '\\n');
  process.stderr.write('tock ' + ticks + '\\n');
}
const ticking = TICKS ? setInterval(tick, 1) : undefined;
if (BYTES) {
  // As fast as the engine takes them: 100,000 lines on each stream.
  const pad = 'x'.repeat(Number(BYTES));
  for (const stream of ['stdout', 'stderr']) {
    let next = 1;
    (function write() {
      while (next <= 100000) {
        let text = '';
        for (let i = 0; i < 100; i += 1, next += 1) text += stream + ' ' + next + ' ' + pad + '\\n';
        if (!process[stream].write(text)) return process[stream].once('drain', write);
      }
      process[stream].write(stream + ' is written\\n');
    })();
  }
}
process.on('SIGTERM', () => {
  if (MODE === 'stubborn') return;
  clearInterval(ticking);
  if (TICKS) console.log('ticked ' + ticks);
  if (TICKS) console.error('tocked ' + ticks);
  console.log('stopping');
  setTimeout(() => process.exit(0), Number(LINGER));
});
const server = http.createServer((request, response) => {
  const answer = answers[request.url];
  response.writeHead(answer ? 200 : 404).end(JSON.stringify(answer ?? { error: 'not found' }));
  if (request.url === '/crash') process.exit(5);
});
server.listen(4566, () => {
  if (MODE !== 'silent') process.stdout.write('  Ready.  \\n');
  let text = { out: '', err: '' };
  for (let i = 1; i <= Number(LINES); i += 1) {
    text.out += 'out ' + i + ' äöü\\n';
    text.err += 'err ' + i + ' 日本\\n';
  }
  if (text.out) {
    process.stdout.write(text.out);
    process.stderr.write(text.err);
    process.stdout.write('x'.repeat(100_000) + '€\\n');
    console.log('all written');
  }
});
`;

/** A small image that stands in for Backlot's own, with names that no other run of the tests uses. */
export class StandInImage {
  /** The beginning of the name of every container and volume of this run. */
  readonly prefix = `backlot-test-${randomUUID().slice(0, 8)}`;
  readonly name = `${this.prefix}:1`;

  /** Builds the image; with other words in it, it gets another id under the same name. */
  build(words = 'first'): void {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'backlot-stand-in-'));
    try {
      writeFileSync(path.join(folder, 'main.js'), PROGRAM);
      const lines = [
        'FROM node:24-bookworm-slim',
        `LABEL dev.backlot.test="${this.prefix}" dev.backlot.words="${words}"`,
        // As in Backlot's own image.
        'RUN mkdir -p /var/lib/backlot/tmp && rm -rf /tmp && ln -s /var/lib/backlot/tmp /tmp',
        'VOLUME /var/lib/backlot',
        'COPY main.js /main.js',
      ];
      writeFileSync(path.join(folder, 'Dockerfile'), [...lines, 'CMD ["node", "/main.js"]'].join('\n'));
      docker('build', '--quiet', '--tag', this.name, folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** The containers of this run: by their names, and those from this image whatever their names are. */
  containers(): string[] {
    const filters = [`name=${this.prefix}`, `label=dev.backlot.test=${this.prefix}`];
    const found = filters.map((filter) => docker('ps', '--all', '--filter', filter, '--format', '{{.Names}}'));
    return [...new Set(found.join('').split('\n').filter(Boolean))];
  }

  /** The volumes of this run. */
  volumes(): string[] {
    return docker('volume', 'ls', '--filter', `name=${this.prefix}`, '--format', '{{.Name}}')
      .split('\n')
      .filter(Boolean);
  }

  /** Removes every container and volume of this run. */
  clean(): void {
    for (const name of this.containers()) docker('rm', '--force', '--volumes', name);
    for (const name of this.volumes()) docker('volume', 'rm', '--force', name);
  }

  /** Removes the images, too. */
  remove(): void {
    this.clean();
    const images = docker('images', '--all', '--quiet', '--filter', `label=dev.backlot.test=${this.prefix}`, this.name);
    if (images.trim() !== '') docker('rmi', '--force', this.name);
    // What was built before under the same name has lost it.
    for (const id of docker(
      'images',
      '--quiet',
      '--filter',
      `label=dev.backlot.test=${this.prefix}`,
      '--filter',
      'dangling=true',
    ).split('\n')) {
      if (id !== '') docker('rmi', '--force', id);
    }
  }
}

/** Runs the docker command, and gives what it printed. */
export function docker(...args: string[]): string {
  return execFileSync('docker', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
}
