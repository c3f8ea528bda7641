import type { Command } from 'commander';
import { addContainerOptions, type ContainerOptions } from '../start-options';

/** `backlot restart` */
export function addRestart(program: Command): void {
  const command = program
    .command('restart')
    .description('start anew in the background, with the settings as they were save those given here');
  addContainerOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  $ backlot restart                            reads ./extensions.json again
  $ backlot restart --build                    from an image built anew`,
    )
    .action(async (options: ContainerOptions) => {
      const { restartContainer } = await import('../restart-container.js');
      await restartContainer(options);
    });
}
