/** A step on the way to a running instance, for a person who waits. */
export interface Progress {
  readonly phase: 'build' | 'pull' | 'create' | 'wait';
  /** What is being done, in a few words. */
  readonly message: string;
  /** Whether this is a detail of the step that was told last. */
  readonly detail: boolean;
}

/** Is told of each step. */
export type ProgressListener = (progress: Progress) => void;
