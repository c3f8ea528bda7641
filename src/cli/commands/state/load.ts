import { Argument, type Command } from 'commander';
import { completedBy } from '../../completion/hints';
import { say } from '../../terminal';
import { addStateOptions, describeChoice, findState, type StateOptions } from './options';

/** `backlot state load` */
export function addLoad(group: Command): void {
  addStateOptions(group.command('load').description('put a snapshot in the place of the state'))
    .addArgument(completedBy(new Argument('<snapshot>', 'its name'), 'snapshots'))
    .addHelpText(
      'after',
      `
What was going on in the old state is over: its timers, webhooks and open streams. A sandbox that is not there is made.

Examples:
  $ backlot state load with-customers
  $ backlot state load with-customers --sandbox worker-7`,
    )
    .action(async (name: string, options: StateOptions) => {
      const { url, live } = await findState(options);
      await live.load(name);
      say(options.json ? JSON.stringify({ url, loaded: name }) : `loaded ${name} as ${describeChoice(options)}`);
    });
}
