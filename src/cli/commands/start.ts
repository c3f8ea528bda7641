import { type Command, Option } from 'commander';
import { EXIT } from '../exit-codes';
import { addContainerOptions, type ContainerOptions } from '../start-options';

interface Options extends ContainerOptions {
  readonly detach?: true;
  readonly wait?: true;
  readonly host?: true;
}

/** `backlot start` */
export function addStart(program: Command): void {
  const command = program
    .command('start')
    .description('start Backlot: attached, with its log on this terminal, until Ctrl-C; or in the background with -d')
    .option('-d, --detach', 'leave it running in the background')
    .option('--wait', 'with -d, which it implies: come back when it is ready');
  addContainerOptions(command)
    .addOption(
      new Option('--host', 'run without Docker, as a process on this machine, attached').conflicts([
        'detach',
        'wait',
        'name',
        'image',
        'build',
        'timeout',
        'mount',
        'network',
        'label',
        'docker',
      ]),
    )
    .addHelpText(
      'after',
      `
Examples:
  $ backlot start                              with ./extensions.json, until Ctrl-C
  $ backlot start -d --wait --port 0           in the background, on a port that is free
  $ backlot start -d --wait --json             for a program: { name, url, state, alreadyRunning }
  $ backlot start --docker                     for extensions that run containers
  $ backlot start --mount ./init:/etc/localstack/init:ro
  $ backlot start --host -e DEBUG=1            without Docker`,
    )
    .action(async (options: Options) => {
      process.exitCode = await run(options);
    });
}

async function run(options: Options): Promise<number> {
  if (options.host) {
    const { startOnHost } = await import('../start-on-host.js');
    return startOnHost(options);
  }
  const { startAttached, startDetached } = await import('../start-container.js');
  if (!options.detach && !options.wait) return startAttached(options);
  await startDetached(options, options.wait === true);
  return EXIT.ok;
}
