import { type Command, Option } from 'commander';
import type { StartOptions } from '../host/settings';
import { environmentOption, jsonOption, label, nameOption, port, seconds } from './options';

/** The options that describe a container, as commander gives them. */
export interface ContainerOptions {
  readonly name?: string;
  readonly image?: string;
  readonly build?: true;
  readonly port?: number;
  readonly extensions?: string;
  readonly volume?: string;
  readonly env?: Record<string, string>;
  readonly mount?: string[];
  readonly network?: string;
  readonly label?: Record<string, string>;
  readonly docker?: boolean;
  readonly timeout?: number;
  readonly json?: true;
}

/** Gives a command the options that describe a container. */
export function addContainerOptions(command: Command): Command {
  return command
    .addOption(
      new Option('-p, --port <port>', 'port on 127.0.0.1, 0 for one that is free (default: 4566)').argParser(port),
    )
    .addOption(nameOption())
    .option('--image <image>', 'image to run (default: IMAGE_NAME, or backlot:<version>)')
    .option('--build', 'build the image from this checkout, even when there is one')
    .option('--extensions <file>', 'list of extensions (default: ./extensions.json, where there is one)')
    .option('--volume <volume>', 'folder (./data) or volume that keeps the data (default: a volume of that name)')
    .addOption(environmentOption())
    .option(
      '--mount <source:target>',
      'one more folder, file or volume, with :ro behind it read-only; can be repeated',
      (mount: string, before: string[] = []) => [...before, mount],
    )
    .option('--network <network>', "network to join (default: the engine's usual one)")
    .addOption(new Option('--label <KEY=VALUE>', 'label of the container, can be repeated').argParser(label))
    .option('--docker', 'agree that extensions which run containers get the socket of the engine')
    .option('--no-docker', 'the opposite, which is the default')
    .addOption(new Option('--timeout <seconds>', 'how long it may take to be ready (default: 120)').argParser(seconds))
    .addOption(jsonOption());
}

/** The same for the host room. */
export function toStartOptions(options: ContainerOptions): StartOptions {
  return {
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.image === undefined ? {} : { image: options.image }),
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.extensions === undefined ? {} : { extensionsFile: options.extensions }),
    ...(options.volume === undefined ? {} : { volume: options.volume }),
    ...(options.env === undefined ? {} : { environment: options.env }),
    ...(options.mount === undefined ? {} : { mounts: options.mount }),
    ...(options.network === undefined ? {} : { network: options.network }),
    ...(options.label === undefined ? {} : { labels: options.label }),
    ...(options.docker === undefined ? {} : { docker: options.docker }),
  };
}
