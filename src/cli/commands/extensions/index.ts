import type { Command } from 'commander';
import { addDev } from './dev';

/** `backlot extensions …` */
export function addExtensions(program: Command): void {
  const group = program.command('extensions').description('manage and develop extensions');
  addDev(group);
}
