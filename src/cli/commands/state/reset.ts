import type { Command } from 'commander';
import { say } from '../../terminal';
import { addStateOptions, describeChoice, findState, type StateOptions } from './options';

/** `backlot state reset` */
export function addReset(group: Command): void {
  addStateOptions(group.command('reset').description('return the state to what it began as: seeded, else empty'))
    .addHelpText(
      'after',
      `
What was going on in the old state is over: its timers, webhooks and open streams.

Examples:
  $ backlot state reset
  $ backlot state reset --extension stripe --sandbox worker-7`,
    )
    .action(async (options: StateOptions) => {
      const { url, live } = await findState(options);
      await live.requireSandbox();
      const reset = await live.reset();
      say(options.json ? JSON.stringify({ url, reset }) : `reset ${describeChoice(options)}`);
    });
}
