import type { Argument, Option } from 'commander';

/** What a value can be: one of a few words, or a name that is looked up when it is completed. */
export type Hint = readonly string[] | 'containers' | 'extensions' | 'snapshots';

const HINTS = new WeakMap<Option | Argument, Hint>();

/** Says what the value of an option or an argument can be, where its choices do not say it. */
export function completedBy<T extends Option | Argument>(subject: T, hint: Hint): T {
  HINTS.set(subject, hint);
  return subject;
}

/** What the value of an option or an argument can be: files where it is said to be one; undefined where anything can be. */
export function hintOf(subject: Option | Argument): Hint | 'files' | undefined {
  const hint = HINTS.get(subject) ?? subject.argChoices;
  if (hint !== undefined) return hint;
  const placeholder = 'flags' in subject ? subject.flags : subject.name();
  return /\b(?:file|folder|path|dir|volume|specs?)\b/.test(placeholder) && !/--workdir/.test(placeholder)
    ? 'files'
    : undefined;
}
