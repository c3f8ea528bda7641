/** How long a command may work before it shows that it does, in milliseconds. */
const PATIENCE_MS = 500;
const FRAME_MS = 90;

/** The console of Linux and that of Windows have no braille. */
const isPlain = process.platform === 'win32' || process.env.TERM === 'linux';
const FRAMES = isPlain ? ['|', '/', '-', '\\'] : ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const CLEAR_LINE = '\r\u001b[2K';

/** A line on stderr that says what is being done, and that something is: on a terminal only, and after half a second. */
class Spinner {
  #text = '';
  #frame = 0;
  #isDrawn = false;
  #began = 0;
  #timer: NodeJS.Timeout | undefined;

  /** From now on something is done that may take a while. */
  start(text: string): void {
    if (!process.stderr.isTTY || process.env.TERM === 'dumb' || this.#timer) return;
    this.#text = text;
    this.#began = performance.now();
    this.#timer = setInterval(() => this.#draw(), FRAME_MS).unref();
    for (const signal of SIGNALS) process.once(signal, this.#interrupted);
  }

  /** What is done is now another thing. */
  update(text: string): void {
    this.#text = text.replace(/\s+/g, ' ');
    if (this.#isDrawn) this.#draw();
  }

  /** Takes the line away for something else that is written; it comes back when the work goes on. */
  clear(): void {
    if (this.#isDrawn) process.stderr.write(CLEAR_LINE);
    this.#isDrawn = false;
  }

  /** The work is done, or shows itself. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const signal of SIGNALS) process.off(signal, this.#interrupted);
    this.clear();
  }

  /** Leaves no line behind. A command that has not taken the signal over ends by it, as it would without us. */
  readonly #interrupted = (signal: NodeJS.Signals): void => {
    this.clear();
    process.off(signal, this.#interrupted);
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };

  #draw(): void {
    if (performance.now() - this.#began < PATIENCE_MS) return;
    const room = Math.max(10, (process.stderr.columns || 80) - 3);
    this.#frame = (this.#frame + 1) % FRAMES.length;
    process.stderr.write(`${CLEAR_LINE}${FRAMES[this.#frame] ?? ''} ${this.#text.slice(0, room)}`);
    this.#isDrawn = true;
  }
}

/** The one line of this terminal. */
export const spinner = new Spinner();
