import type { Command } from 'commander';
import { formatPlace } from '../../../api/errors';
import type { ConfigMistake } from '../../../host/config/config-mistake';
import { EXIT } from '../../exit-codes';
import { environmentOption, jsonOption } from '../../options';
import { note, say } from '../../terminal';
import { listOption } from '../extensions/options';

/** What `backlot config validate` takes. */
export interface ValidateOptions {
  readonly extensions?: string;
  readonly compose?: string;
  readonly env?: Record<string, string>;
  readonly json?: true;
}

/** `backlot config validate` */
export function addValidate(group: Command): void {
  group
    .command('validate')
    .description('check extensions.json, its lock, environment variables and the compose file, and change nothing')
    .addOption(listOption())
    .option('--compose <file>', 'the compose file (default: that of this folder, where there is one)')
    .addOption(environmentOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
The exit code is 1 when something would refuse a start; a variable that nothing reads is only pointed out.

Examples:
  $ backlot config validate
  $ backlot config validate --compose deploy/compose.yaml
  $ backlot config validate -e BACKLOT_HOOK_TIMEOUT=5 --json`,
    )
    .action(async (options: ValidateOptions) => {
      const { validateConfig } = await import('../../read-config.js');
      const { checked, mistakes } = await validateConfig(options);
      const valid = mistakes.every(({ severity }) => severity !== 'error');
      process.exitCode = valid ? EXIT.ok : EXIT.failed;
      if (options.json) return say(JSON.stringify({ valid, checked, mistakes }));
      for (const mistake of mistakes) note(describe(mistake));
      const count = `${mistakes.length} ${mistakes.length === 1 ? 'mistake' : 'mistakes'}`;
      say(`${mistakes.length === 0 ? 'no mistakes' : count} in ${checked.join(', ')}`);
    });
}

function describe({ severity, code, message, where, action }: ConfigMistake): string {
  const place = formatPlace(where);
  return [`${severity} ${code}  ${message}`, ...(place ? [`  where: ${place}`] : []), `  to do: ${action}`].join('\n');
}
