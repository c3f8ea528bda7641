import path from 'node:path';
import { Argument, type Command } from 'commander';
import { say } from '../../terminal';
import { addStateOptions, findState, type StateOptions } from './options';

/** `backlot state import` */
export function addImport(group: Command): void {
  addStateOptions(group.command('import').description('put what a file holds in the place of the state'))
    .addArgument(new Argument('<file>', 'what `backlot state export` wrote'))
    .option('--snapshot <name>', 'make a snapshot of it instead, and leave the state as it is')
    .addHelpText(
      'after',
      `
A file that is damaged, or that a newer version wrote, is refused, and nothing of it imported. A file of named extensions
leaves the others as they are. A sandbox that is not there is made.

Examples:
  $ backlot state import customers.backlot-state.gz
  $ backlot state import customers.backlot-state.gz --snapshot with-customers`,
    )
    .action(async (given: string, options: StateOptions & { snapshot?: string }) => {
      const { url, live } = await findState(options);
      const file = path.resolve(given);
      if (options.snapshot !== undefined) {
        const snapshot = await live.importAs(options.snapshot, file);
        return say(options.json ? JSON.stringify({ url, file, snapshot }) : `imported ${given} as ${snapshot.name}`);
      }
      const imported = await live.import(file);
      if (options.json) return say(JSON.stringify({ url, file, imported }));
      const names = imported.extensions.map(({ name }) => name).join(', ') || 'no extension';
      say(`imported ${imported.records} values of ${names} from ${given}`);
    });
}
