import type { Command } from 'commander';
import { addDev } from './dev';
import { addInfo } from './info';
import { addInit } from './init';
import { addList } from './list';
import { addSearch } from './search';
import { addUninstall } from './uninstall';

/** `backlot extensions …` */
export function addExtensions(program: Command): void {
  const group = program.command('extensions').description('manage and develop extensions');
  addDev(group);
  addInit(group);
  addUninstall(group);
  addList(group);
  addInfo(group);
  addSearch(group);
}
