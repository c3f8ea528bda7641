import type { Command } from 'commander';
import type { PackageDescription } from '../../../extensions/registry';
import { jsonOption } from '../../options';
import { say } from '../../terminal';
import { type ExtensionsOptions, listFile, listOption } from './options';

/** As many versions are shown to people. */
const VERSIONS_SHOWN = 10;

/** `backlot extensions info SPEC` */
export function addInfo(group: Command): void {
  group
    .command('info')
    .argument('<spec>', 'a package, with or without a version, a range or a tag; or a folder')
    .description('say what a package is, which extensions it holds, and which versions there are')
    .addOption(listOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ backlot extensions info backlot-extension-hello-world
  $ backlot extensions info @acme/backlot-extension-ledger@^2 --json`,
    )
    .action(async (text: string, options: ExtensionsOptions) => {
      const [{ parseSpec }, registry] = await Promise.all([
        import('../../../extensions/spec/index.js'),
        import('../../../extensions/registry/index.js'),
      ]);
      const spec = parseSpec(text, process.cwd());
      const found = await registry.describePackage(spec, await registry.clientFor(listFile(options)));
      say(options.json ? JSON.stringify(found) : describe(found));
    });
}

function describe(found: PackageDescription): string {
  const { versions = [], tags = {} } = found;
  const more = versions.length > VERSIONS_SHOWN ? `, … (${versions.length} in all)` : '';
  const rows: [string, string | undefined][] = [
    ['extensions', found.extensions.join(', ') || 'none: this package is no package of extensions'],
    ['for backlot', found.backlotRange],
    ['author', found.author],
    ['license', found.license],
    ['homepage', found.homepage],
    ['published', found.publishedAt],
    ['deprecated', found.deprecated],
    [
      'tags',
      Object.entries(tags)
        .map(([tag, version]) => `${tag} ${version}`)
        .join(', ') || undefined,
    ],
    ['versions', versions.length === 0 ? undefined : versions.slice(0, VERSIONS_SHOWN).join(', ') + more],
  ];
  const shown = rows.filter((row): row is [string, string] => row[1] !== undefined);
  const width = Math.max(...shown.map(([label]) => label.length));
  const head = `${found.package} ${found.version}${found.description === undefined ? '' : `: ${found.description}`}`;
  return [head, ...shown.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`)].join('\n');
}
