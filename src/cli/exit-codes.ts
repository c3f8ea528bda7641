/** The exit codes of the `backlot` command. */
export const EXIT = {
  /** It did what was asked; for `status`: the instance runs. */
  ok: 0,
  /** It could not be done, for the reason printed on stderr; for `status`: the instance does not run. */
  failed: 1,
  /** The command was mistyped: an unknown command or option, or a value that it cannot have. */
  usage: 2,
  /** `exec`: the container has the program, but it cannot be run. */
  notRun: 126,
  /** `exec`: the container has no such program. */
  notFound: 127,
  /** A mistake of Backlot's own. */
  internal: 70,
  /** It was interrupted (Ctrl-C) before it was done. */
  interrupted: 130,
} as const;
