import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { jsonOption } from '../../options';
import { table } from '../../table';
import { say } from '../../terminal';
import { listOption } from '../extensions/options';

/** `backlot config path` */
export function addPath(group: Command): void {
  group
    .command('path')
    .description('show the files and folders that the command reads and writes')
    .addOption(listOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ backlot config path
  $ backlot config path --json`,
    )
    .action(async (options: { extensions?: string; json?: true }) => {
      const { configPaths } = await import('../../read-config.js');
      const paths = configPaths(options.extensions);
      if (options.json) return say(JSON.stringify(paths));
      const rows = Object.entries(paths).map(([name, place]) => [name, existsSync(place) ? 'yes' : 'no', place]);
      say(table(['what', 'there', 'path'], rows));
    });
}
