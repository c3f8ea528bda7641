import type { Command } from 'commander';
import type { EnabledFolder } from '../../../extensions/dev/enable';
import { jsonOption } from '../../options';
import { say } from '../../terminal';
import { devListOf, extensionsOption, type DevOptions } from './dev-options';

/** `backlot extensions dev list` */
export function addDevList(dev: Command): void {
  dev
    .command('list')
    .description('show the enabled folders, and what is wrong with them')
    .addOption(extensionsOption())
    .addOption(jsonOption('as one JSON array'))
    .addHelpText(
      'after',
      `
Examples:
  $ backlot extensions dev list
  $ backlot extensions dev list --json`,
    )
    .action(async (options: DevOptions) => {
      const { listEnabled } = await import('../../../extensions/dev/enable.js');
      const enabled = await listEnabled(devListOf(options));
      if (options.json) say(JSON.stringify(enabled.map(toJson)));
      else if (enabled.length === 0) say('no folder is enabled: backlot extensions dev enable PATH');
      else say(table(enabled.map(toRow)));
    });
}

function toJson({ folder, manifest, problem }: EnabledFolder): object {
  return {
    folder,
    package: manifest?.package,
    version: manifest?.version,
    extensions: manifest?.extensions.map(({ name }) => name) ?? [],
    problem: problem?.toJSON(),
  };
}

function toRow({ folder, manifest, problem }: EnabledFolder): string[] {
  const names = manifest?.extensions.map(({ name }) => name).join(', ') ?? '-';
  return [names, manifest?.version ?? '-', problem ? `${problem.code}: ${problem.message}` : 'ok', folder];
}

function table(rows: readonly string[][]): string {
  const all = [['extension', 'version', 'state', 'folder'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
