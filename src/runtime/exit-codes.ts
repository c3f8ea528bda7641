/** How the runtime process tells the init process what is to become of it. Any other code is a crash. */
export const EXIT = {
  /** An orderly stop. */
  stopped: 0,
  /** The start was refused for a reason that a restart would not mend: a required extension failed, a port is taken. */
  refused: 78,
  /** Somebody asked for a restart over HTTP. */
  restart: 75,
} as const;
