/** The memory that the main thread writes its signs of life into, and the watching thread reads. */
export class Pulse {
  readonly #cells: Int32Array;

  /** Of memory that another thread made, or of its own. */
  constructor(readonly memory = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)) {
    this.#cells = new Int32Array(memory);
  }

  /** Called by the event loop of the main thread, again and again. */
  beat(isDebugged: boolean): void {
    Atomics.store(this.#cells, 1, isDebugged ? 1 : 0);
    Atomics.add(this.#cells, 0, 1);
  }

  /** Another number after each beat. */
  get beats(): number {
    return Atomics.load(this.#cells, 0);
  }

  /** Whether somebody may have halted the main thread by a debugger. */
  get isDebugged(): boolean {
    return Atomics.load(this.#cells, 1) === 1;
  }
}
