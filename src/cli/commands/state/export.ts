import path from 'node:path';
import { Argument, type Command, Option } from 'commander';
import { completedBy } from '../../completion/hints';
import { say } from '../../terminal';
import { addStateOptions, describeChoice, findState, type StateOptions } from './options';

/** `backlot state export` */
export function addExport(group: Command): void {
  addStateOptions(group.command('export').description('write the state, or a snapshot, to a file'))
    .addArgument(new Argument('<file>', 'where to write; a file that is there is replaced'))
    .addOption(completedBy(new Option('--snapshot <name>', 'a snapshot instead of the state as it is'), 'snapshots'))
    .addHelpText(
      'after',
      `
The file is one for all machines: JSON lines, compressed by gzip, with a checksum.

Examples:
  $ backlot state export customers.backlot-state.gz
  $ backlot state export orders.gz --snapshot before-release --extension shop`,
    )
    .action(async (given: string, options: StateOptions & { snapshot?: string }) => {
      const { url, live } = await findState(options);
      await live.requireSandbox();
      const file = path.resolve(given);
      const bytes = await live.export(file, options.snapshot);
      if (options.json) return say(JSON.stringify({ url, file, bytes }));
      const what = options.snapshot === undefined ? describeChoice(options) : `the snapshot ${options.snapshot}`;
      say(`exported ${what} to ${given} (${bytes} bytes)`);
    });
}
