import { Argument, type Command } from 'commander';
import { completedBy } from '../../completion/hints';
import { say } from '../../terminal';
import { addStateOptions, findState, type StateOptions } from './options';

/** `backlot state delete` */
export function addDelete(group: Command): void {
  addStateOptions(group.command('delete').description('delete a snapshot'))
    .addArgument(completedBy(new Argument('<snapshot>', 'its name'), 'snapshots'))
    .addHelpText(
      'after',
      `
Sandboxes that were made of it stay as they are.

Examples:
  $ backlot state delete with-customers`,
    )
    .action(async (name: string, options: StateOptions) => {
      const { url, live } = await findState(options);
      await live.delete(name);
      say(options.json ? JSON.stringify({ url, deleted: name }) : `deleted the snapshot ${name}`);
    });
}
