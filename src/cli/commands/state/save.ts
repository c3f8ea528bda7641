import { Argument, type Command } from 'commander';
import { say } from '../../terminal';
import { addStateOptions, describeChoice, findState, type StateOptions } from './options';

/** `backlot state save` */
export function addSave(group: Command): void {
  addStateOptions(group.command('save').description('save the state as a snapshot'))
    .addArgument(new Argument('<snapshot>', 'its name; a snapshot of that name is replaced'))
    .addHelpText(
      'after',
      `
Examples:
  $ backlot state save with-customers
  $ backlot state save orders --extension shop`,
    )
    .action(async (name: string, options: StateOptions) => {
      const { url, live } = await findState(options);
      await live.requireSandbox();
      const snapshot = await live.save(name);
      say(options.json ? JSON.stringify({ url, snapshot }) : `saved ${describeChoice(options)} as ${name}`);
    });
}
