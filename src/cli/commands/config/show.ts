import type { Command } from 'commander';
import type { EffectiveSetting } from '../../../host/config/effective-setting';
import { addContainerOptions, type ContainerOptions } from '../../start-options';
import { table } from '../../table';
import { say } from '../../terminal';

interface Options extends ContainerOptions {
  readonly all?: true;
}

/** `backlot config show` */
export function addShow(group: Command): void {
  const command = group
    .command('show')
    .description('show the settings of the command, of the container and of extensions, and who says so')
    .option('-a, --all', 'also those of the container that have their default');
  addContainerOptions(command)
    .addHelpText(
      'after',
      `
Takes the options of \`backlot start\`, and shows what they would change. Secrets are hidden.

Examples:
  $ backlot config show
  $ backlot config show --port 4567 -e DEBUG=1
  $ backlot config show --all --json`,
    )
    .action(async (options: Options) => {
      const { readConfig } = await import('../../read-config.js');
      const found = await readConfig(options);
      if (options.json) return say(JSON.stringify(found, (_, value: unknown) => value ?? null));
      say(`the command\n${rows(found.command)}`);
      const { container, engine, extensions } = found;
      if (container === null) say(`\nthe container\n  ${engine === null ? 'no engine answers' : 'there is none'}`);
      else {
        const shown = container.settings.filter(({ origin }) => options.all || origin !== 'default');
        const state = container.running ? 'runs' : 'has ended';
        say(`\nthe container ${container.name}, which ${state}\n${rows(shown) || '  all as by default'}`);
      }
      const listed = extensions.map(({ spec, enabled, config, from }) => [
        enabled ? spec : `${spec} (disabled)`,
        config === undefined ? '' : JSON.stringify(config),
        from,
      ]);
      say(`\nextensions\n${listed.length === 0 ? '  none' : indent(table(['spec', 'config', 'from'], listed))}`);
    });
}

function rows(settings: readonly EffectiveSetting[]): string {
  if (settings.length === 0) return '';
  const cells = settings.map(({ name, value, origin, from }) => [name, value ?? '-', from ?? origin]);
  return indent(table(['setting', 'value', 'from'], cells));
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}
