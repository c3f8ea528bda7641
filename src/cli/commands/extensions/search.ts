import type { Command } from 'commander';
import { EXIT } from '../../exit-codes';
import { jsonOption } from '../../options';
import { table } from '../../table';
import { note, say } from '../../terminal';
import { type ExtensionsOptions, listFile, listOption } from './options';

/** `backlot extensions search WORD…` */
export function addSearch(group: Command): void {
  group
    .command('search')
    .argument('[words...]', 'words that must all be in the name or the description; none for all extensions')
    .description('look for packages of extensions in the registry; the exit code is 1 when there are none')
    .addOption(listOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Example:
  $ backlot extensions search payments`,
    )
    .action(async (words: string[], options: ExtensionsOptions) => {
      const { clientFor, nearestPackages } = await import('../../../extensions/registry/index.js');
      const client = await clientFor(listFile(options));
      const results = await client.search(words);
      const suggestions =
        results.length > 0
          ? []
          : [...new Set((await Promise.all(words.map((word) => nearestPackages(word, client)))).flat())];
      if (results.length === 0) process.exitCode = EXIT.failed;
      if (options.json) return say(JSON.stringify({ results, suggestions }));
      if (results.length > 0) {
        const rows = results.map(({ name, version, description }) => [name, version ?? '-', description ?? '']);
        return say(table(['package', 'version', 'summary'], rows));
      }
      note(`no extension has ${words.map((word) => `"${word}"`).join(' and ') || 'been published'}`);
      if (suggestions.length > 0) note(`did you mean ${suggestions.join(' or ')}?`);
    });
}
