import type { Command } from 'commander';
import { addPath } from './path';
import { addShow } from './show';
import { addValidate } from './validate';

/** `backlot config …` */
export function addConfig(program: Command): void {
  const group = program.command('config').description('show and check the settings that are in effect');
  for (const add of [addShow, addValidate, addPath]) add(group);
}
