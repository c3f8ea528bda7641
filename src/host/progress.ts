/** A step on the way to a running instance, for a person who waits. */
export interface Progress {
  /** `hint`: nothing is done, but something is to be known. */
  readonly phase: 'build' | 'pull' | 'create' | 'wait' | 'hint';
  /** What is being done, in a few words. */
  readonly message: string;
  /** Whether this is a detail of the step that was told last. */
  readonly detail: boolean;
}

/** Is told of each step. */
export type ProgressListener = (progress: Progress) => void;
