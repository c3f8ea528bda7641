import type { Applied, ApplyOptions } from '../../../host/apply-extensions';
import { note, say, showProgress } from '../../terminal';
import type { ExtensionsOptions } from './options';

export interface ApplyCommandOptions extends ExtensionsOptions {
  readonly dryRun?: true;
}

/** Runs a step that changes extensions, with its progress on stderr, on the instance that runs where there is one. */
export async function withApplyProgress<T>(
  options: ApplyCommandOptions & { readonly offlineOnly?: boolean },
  step: (how: ApplyOptions) => Promise<T>,
): Promise<T> {
  const { findRunning } = await import('../../../host/find-running.js');
  const url = options.offlineOnly ? undefined : await findRunning(options);
  const show = (message: string): void => showProgress({ phase: 'create', message, detail: false });
  return step({
    dryRun: options.dryRun === true,
    ...(url === undefined ? {} : { url }),
    onProgress: show,
    onLine: ({ phase, message }) => {
      if (phase !== 'done' && typeof message === 'string') show(message);
    },
  });
}

/** Says what was changed. */
export function describeApplied(file: string, applied: readonly Applied[], options: ApplyCommandOptions): void {
  if (options.json) {
    say(JSON.stringify({ file, dryRun: options.dryRun === true, applied }));
    return;
  }
  const would = options.dryRun ? 'would be ' : '';
  for (const { package: name, version, before, change, live, extensions } of applied) {
    const from = change === 'updated' && before !== undefined && before !== version ? `${before} → ` : '';
    say(
      `${name} ${from}${version} ${change === 'unchanged' ? 'is unchanged' : `${would}${change}`} (${extensions.join(', ')})`,
    );
    if (live === 'started') say('  it is running');
    if (live === 'restart') note(`  the container does not see that folder yet: backlot restart`);
  }
}
