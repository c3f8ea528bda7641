import type { Command } from 'commander';
import type { LiveSnapshot } from '../../../host/live-state';
import { table } from '../../table';
import { say } from '../../terminal';
import { addStateOptions, findState, type StateOptions } from './options';

/** `backlot state list` */
export function addList(group: Command): void {
  addStateOptions(group.command('list').description('show the snapshots'))
    .addHelpText(
      'after',
      `
Snapshots belong to no sandbox. With --extension, only those that hold something of one of these extensions are shown.

Examples:
  $ backlot state list
  $ backlot state list --json`,
    )
    .action(async (options: StateOptions) => {
      const { url, live } = await findState(options);
      const { extension: wanted } = options;
      const all = await live.snapshots();
      const snapshots = wanted ? all.filter(({ extensions }) => wanted.some((name) => extensions.includes(name))) : all;
      if (options.json) return say(JSON.stringify({ url, snapshots }));
      if (snapshots.length === 0) return say(`the Backlot at ${url} has no snapshots`);
      say(table(['name', 'made', 'extensions'], snapshots.map(rowOf)));
    });
}

function rowOf({ name, made, extensions, partial }: LiveSnapshot): string[] {
  const names = extensions.join(', ') || '-';
  return [name, made, partial ? `${names} (only)` : names];
}
