import { type Command, Option } from 'commander';
import { jsonOption, nameOption, seconds } from '../options';
import { say } from '../terminal';

/** `backlot wait` */
export function addWait(program: Command): void {
  program
    .command('wait')
    .description('come back when Backlot is ready')
    .addOption(nameOption())
    .addOption(new Option('-t, --timeout <seconds>', 'how long to wait at most').argParser(seconds).default(120))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ backlot wait --timeout 60
  $ backlot start -d && backlot wait --json`,
    )
    .action(async (options: { name?: string; timeout: number; json?: true }) => {
      const [{ findEngine }, { containerName }, { waitUntilReady }] = await Promise.all([
        import('../../engine/find-engine.js'),
        import('../../host/settings.js'),
        import('../../host/wait.js'),
      ]);
      const name = containerName(options.name);
      await waitUntilReady(await findEngine(), name, { timeoutSeconds: options.timeout });
      say(options.json ? JSON.stringify({ name, state: 'ready' }) : `${name} is ready`);
    });
}
