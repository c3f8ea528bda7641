import { Option, type Command } from 'commander';
import { BacklotError } from '../../../api/errors';
import { completedBy } from '../../completion/hints';
import type { LiveState } from '../../../host/live-state';
import { jsonOption, nameOption, urlOption } from '../../options';

/** The options that every command about the state takes. */
export interface StateOptions {
  readonly sandbox?: string;
  readonly extension?: readonly string[];
  readonly url?: string;
  readonly name?: string;
  readonly json?: true;
}

/** Adds what every command about the state takes. */
export function addStateOptions(command: Command): Command {
  return command
    .addOption(new Option('--sandbox <name>', 'the sandbox that is meant (default: what requests see that name none)'))
    .addOption(
      completedBy(
        new Option('--extension <name>', 'this extension only; can be repeated (default: all)').argParser(collect),
        'extensions',
      ),
    )
    .addOption(urlOption())
    .addOption(nameOption())
    .addOption(jsonOption());
}

function collect(name: string, before: readonly string[] = []): string[] {
  return [...before, name];
}

/** The state that is meant. Throws BACKLOT_E_CONTAINER_NOT_FOUND when nothing runs. */
export async function findState(options: StateOptions): Promise<{ url: string; live: LiveState }> {
  const [{ findRunning }, { containerName }, { LiveState }] = await Promise.all([
    import('../../../host/find-running.js'),
    import('../../../host/settings.js'),
    import('../../../host/live-state.js'),
  ]);
  const url = await findRunning(options);
  if (url !== undefined) {
    return { url, live: new LiveState(url, { sandbox: options.sandbox, extensions: options.extension }) };
  }
  throw new BacklotError('BACKLOT_E_CONTAINER_NOT_FOUND', `${containerName(options.name)} is not running`, {
    remedy: 'Start it with `backlot start`, or say where it runs with --url.',
  });
}

/** What was meant, in words: `the state of stripe and s3 in the sandbox worker-7`. */
export function describeChoice({ sandbox, extension = [] }: StateOptions): string {
  const whose = extension.length === 0 ? 'all extensions' : extension.join(', ');
  return `the state of ${whose}${sandbox === undefined ? '' : ` in the sandbox ${sandbox}`}`;
}
