import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../support/random';
import { temporaryDirectory } from '../support/temporary-directory';

const ROUNDS = 200;

interface Line {
  readonly loaded?: boolean;
  /** What the last transaction was, at the beginning; a text when something is not whole. */
  readonly found?: number | string;
  readonly saved?: number | string;
  readonly wrote?: number;
}

/** A process that writes to the store once it is told to, and what it said. */
class Writer {
  readonly lines: Line[] = [];
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #rest = '';
  #errors = '';

  constructor(folder: string) {
    this.#child = spawn(process.execPath, [path.join(__dirname, '..', 'support', 'crash-driver.js'), folder]);
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (this.#rest + text).split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.lines.push(JSON.parse(line) as Line);
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
    this.#closed = once(this.#child, 'close');
  }

  /** Resolves when it has said something of a kind. */
  async said(what: keyof Line): Promise<void> {
    while (!this.lines.some((line) => line[what] !== undefined)) {
      const ended = await Promise.race([once(this.#child.stdout as never, 'data'), this.#closed.then(() => true)]);
      if (ended === true) throw new Error(`the writer ended: ${this.#errors}`);
    }
  }

  begin(): void {
    this.#child.stdin?.write('go\n');
  }

  /** Kills it; resolves when all that it said has been read. */
  async kill(): Promise<void> {
    if (this.#errors !== '') throw new Error(this.#errors);
    this.#child.kill('SIGKILL');
    await this.#closed;
  }
}

describe('a process that is killed while it writes', () => {
  it(`loses nothing that it acknowledged, and leaves no half of a transaction: ${ROUNDS} times`, async () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const random = new Random(seed);
    const folder = path.join(temporaryDirectory(), 'state');
    let wrote = 0;
    let saved = 0;
    let checks = 0;
    let next = new Writer(folder);
    for (let round = 0; round < ROUNDS; round++) {
      const writer = next;
      await writer.said('loaded');
      writer.begin();
      // Some are killed while they open the store, the others while they write.
      if (round > 0 && random.chance(0.2)) {
        await delay(random.below(30));
      } else {
        await writer.said('wrote');
        await delay(random.below(40));
      }
      // The next one loads meanwhile.
      next = new Writer(folder);
      await writer.kill();
      const what = `round ${round}, seed ${seed}`;
      for (const line of writer.lines) {
        if (line.found !== undefined) {
          checks += 1;
          // One more may have been written than could be said.
          expect([what, typeof line.found, line.found]).toEqual([what, 'number', expect.any(Number)]);
          expect([what, [wrote, wrote + 1].includes(line.found as number)]).toEqual([what, true]);
          expect([what, typeof line.saved]).toEqual([what, 'number']);
          expect(line.saved).toBeGreaterThanOrEqual(saved);
          expect(line.saved).toBeLessThanOrEqual(line.found as number);
          wrote = line.found as number;
        } else if (line.wrote !== undefined) {
          wrote = line.wrote;
        } else if (typeof line.saved === 'number') {
          saved = line.saved;
        }
      }
    }
    await next.kill();
    expect(checks).toBeGreaterThan(ROUNDS / 2);
    expect(wrote).toBeGreaterThan(ROUNDS);
  }, 180_000);
});
