import type { Command } from 'commander';
import { jsonOption, nameOption } from '../options';
import { say } from '../terminal';

/** `backlot stop` */
export function addStop(program: Command): void {
  program
    .command('stop')
    .description('stop Backlot in an orderly way, and remove its container; its data stay')
    .addOption(nameOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Example:
  $ backlot stop --name my-tests`,
    )
    .action(async (options: { name?: string; json?: true }) => {
      const [{ findEngine }, { containerName }, { stop }] = await Promise.all([
        import('../../engine/find-engine.js'),
        import('../../host/settings.js'),
        import('../../host/stop.js'),
      ]);
      const name = containerName(options.name);
      const { wasRunning, exitCode, killed } = await stop(await findEngine(), name);
      if (options.json) say(JSON.stringify({ name, wasRunning, exitCode: exitCode ?? null, killed }));
      else if (killed) say(`${name} did not stop in time and was killed`);
      else say(wasRunning ? `${name} is stopped` : `${name} was not running`);
    });
}
