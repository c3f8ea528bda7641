import type { Command } from 'commander';
import type { ListedExtension } from '../../../host/list-extensions';
import { jsonOption, nameOption, urlOption } from '../../options';
import { table } from '../../table';
import { note, say } from '../../terminal';
import { type ExtensionsOptions, listFile, listOption } from './options';

/** `backlot extensions list` */
export function addList(group: Command): void {
  group
    .command('list')
    .description('show what the list has, as the instance that runs, the folders and the registry know it')
    .addOption(listOption())
    .addOption(urlOption())
    .addOption(nameOption())
    .option('--offline', 'ask no registry')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ backlot extensions list
  $ backlot extensions list --json --offline`,
    )
    .action(async (options: ExtensionsOptions & { offline?: true }) => {
      const [{ listExtensions }, { findRunning }, registry] = await Promise.all([
        import('../../../host/list-extensions.js'),
        import('../../../host/find-running.js'),
        import('../../../extensions/registry/index.js'),
      ]);
      const file = listFile(options);
      const url = await findRunning(options);
      const client = options.offline ? undefined : await registry.clientFor(file);
      const extensions = await listExtensions(file, {
        ...(url === undefined ? {} : { url }),
        ...(client === undefined ? {} : { registry: client }),
      });
      if (options.json) return say(JSON.stringify({ file, url: url ?? null, extensions }));
      if (extensions.length === 0)
        return say(`${file} has no extensions; add some with \`backlot extensions install\``);
      say(table(['name', 'version', 'state', 'package', 'author', 'summary'], extensions.map(rowOf)));
      for (const { spec, problem } of extensions) if (problem !== undefined) note(`${spec}: ${problem}`);
    });
}

function rowOf({ name, version, state, package: from, spec, author, description }: ListedExtension): string[] {
  return [name ?? '-', version ?? '-', state, from ?? spec, author ?? '-', description ?? ''];
}
