import type { Command } from 'commander';
import { addDevDisable } from './dev-disable';
import { addDevEnable } from './dev-enable';
import { addDevList } from './dev-list';
import { addDevNew } from './dev-new';

/** `backlot extensions dev …` */
export function addDev(group: Command): void {
  const dev = group.command('dev').description('write extensions: start a new one, and have it reloaded on every save');
  for (const add of [addDevNew, addDevEnable, addDevDisable, addDevList]) add(dev);
}
