import { type Command, Option } from 'commander';
import { environmentOption, jsonOption, nameOption } from '../options';
import type { ExecCommandOptions } from '../exec-in-container';

/** `backlot exec` */
export function addExec(program: Command): void {
  program
    .command('exec')
    .argument('<command...>', 'a program of the container, and what it is given')
    .description('run a command in the container that runs; its exit code is that of this command')
    // What follows the program is the program's.
    .passThroughOptions()
    .addOption(nameOption())
    .option('-i, --interactive', 'pass standard input on (default: when it is a terminal, a pipe or a file)')
    .option('-t, --tty', 'give it a terminal (default: when this is one)')
    .addOption(new Option('-T, --no-tty', 'give it none, which keeps stdout and stderr apart'))
    .addOption(environmentOption())
    .option('-w, --workdir <folder>', 'folder of the container in which it runs')
    .option('-u, --user <user>', 'as whom it runs: a name or a number, also user:group')
    .addOption(jsonOption('as one JSON object at the end: { exitCode, stdout, stderr }'))
    .addHelpText(
      'after',
      `
The exit code is 127 when the container has no such program, 126 when it cannot be run.

Examples:
  $ backlot exec bash                          a shell
  $ backlot exec -- ls -l /var/lib/backlot
  $ backlot exec -u root -e DEBUG=1 -- sh -c 'env | sort'
  $ backlot exec -- tar -c -C /var/lib/backlot logs >logs.tar
  $ backlot exec --json -- node --version`,
    )
    .action(async (command: string[], options: ExecCommandOptions) => {
      const { execInContainer } = await import('../exec-in-container.js');
      process.exitCode = await execInContainer(command, options);
    });
}
