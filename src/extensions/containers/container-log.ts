import type { Logger } from 'winston';
import { describeCause } from '../../api/errors';
import type { ContainerDetails, ContainerEngine } from '../../engine/engine';
import { readLogBatches } from '../../engine/log-lines';

/** How many lines are kept for an error. */
const KEPT_LINES = 20;

/** How long the last lines of a container that ended may take to come, in milliseconds. */
const LAST_LINES_MS = 1_000;

/** Follows what a container writes: to the log of its extension, stdout as information and stderr as warnings. */
export class ContainerLog {
  readonly #kept: string[] = [];
  #following: Promise<void> = Promise.resolve();

  constructor(
    private readonly log: Logger,
    private readonly onLine: (line: string) => void,
  ) {}

  /** The last lines, for an error; what to look at is said by their heading. */
  get lastLines(): string {
    if (this.#kept.length === 0) return '\n    it wrote nothing';
    return `; its last lines:${this.#kept.map((line) => `\n    | ${line}`).join('')}`;
  }

  /** Begins to follow a container from its last start on. */
  follow(engine: ContainerEngine, container: ContainerDetails, signal: AbortSignal): void {
    const since = container.startedAt === undefined ? {} : { since: new Date(container.startedAt) };
    this.#following = this.#read(engine, container, { follow: true, signal, ...since }).catch((error: unknown) => {
      if (!signal.aborted) this.log.debug(`the log of its container broke off: ${describeCause(error)}`);
    });
  }

  /** Waits, for a moment, for what a container that ended has written last. */
  async caughtUp(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => (timer = setTimeout(resolve, LAST_LINES_MS)));
    await Promise.race([this.#following, limit]);
    clearTimeout(timer);
  }

  async #read(
    engine: ContainerEngine,
    container: ContainerDetails,
    options: Parameters<typeof readLogBatches>[2],
  ): Promise<void> {
    for await (const batch of readLogBatches(engine, container, options)) {
      for (const { stream, line } of batch) {
        this.log.log(stream === 'stderr' ? 'warn' : 'info', line);
        this.#kept.push(line);
        if (this.#kept.length > KEPT_LINES) this.#kept.shift();
        this.onLine(line);
      }
    }
  }
}
