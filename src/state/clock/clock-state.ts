/**
 * Where the clock of a world stands, as plain data.
 *
 * A world has two times. Its ticks only ever go on: with the real time, or when somebody advances the clock; timers wait for
 * them. The time that the clock shows is the ticks, moved by as much as somebody has set it. So setting the clock, forwards
 * or backwards, changes no timer.
 */
export interface ClockState {
  /** The ticks at which it is frozen; absent when it runs. */
  readonly frozen?: number;
  /** How far the ticks of a running clock are ahead of the real time, in milliseconds. */
  readonly ahead: number;
  /** How far the shown time is ahead of the ticks, in milliseconds. */
  readonly shift: number;
}

/** Where a world keeps the state of its clock: with all else that it keeps, so that snapshots and restarts cover it. */
export interface ClockPlace {
  /** The state that is kept, or undefined for a clock that nobody has changed: it shows the real time. */
  read(): ClockState | undefined;
  write(state: ClockState): void;
}
