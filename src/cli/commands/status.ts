import type { Command } from 'commander';
import type { Status } from '../../host/status';
import { EXIT } from '../exit-codes';
import { jsonOption, nameOption } from '../options';
import { say } from '../terminal';

/** `backlot status` */
export function addStatus(program: Command): void {
  program
    .command('status')
    .description('say how Backlot is; the exit code is 0 when it runs, else 1')
    .addOption(nameOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ backlot status
  $ backlot status --json`,
    )
    .action(async (options: { name?: string; json?: true }) => {
      const [{ findEngine }, { containerName }, { status }] = await Promise.all([
        import('../../engine/find-engine.js'),
        import('../../host/settings.js'),
        import('../../host/status.js'),
      ]);
      const name = containerName(options.name);
      const found = await status(await findEngine(), name);
      say(options.json ? JSON.stringify(found) : describe(found));
      process.exitCode = found.state === 'ready' || found.state === 'starting' ? EXIT.ok : EXIT.failed;
    });
}

function describe(status: Status): string {
  if (status.state === 'absent') return `${status.name} is not running`;
  const ended = status.state === 'stopped' ? `stopped, with exit code ${status.exitCode}` : status.state;
  const rows: [string, string | undefined][] = [
    ['url', status.url],
    ['version', status.version],
    ['image', status.outdated ? `${status.image} (outdated: restart it)` : status.image],
    ['started', status.startedAt],
    ['started by', status.ours ? undefined : 'something other than this command'],
    ...Object.entries(status.services),
  ];
  const shown = rows.filter((row): row is [string, string] => row[1] !== undefined);
  const width = Math.max(...shown.map(([label]) => label.length));
  return [`${status.name} is ${ended}`, ...shown.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`)].join(
    '\n',
  );
}
