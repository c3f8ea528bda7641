import type { Command } from 'commander';
import { addDev } from './dev';
import { addInfo } from './info';
import { addInit } from './init';
import { addInstall } from './install';
import { addList } from './list';
import { addOutdated } from './outdated';
import { addSearch } from './search';
import { addUninstall } from './uninstall';
import { addUpdate } from './update';
import { addVerify } from './verify';

/** `backlot extensions …` */
export function addExtensions(program: Command): void {
  const group = program.command('extensions').description('manage and develop extensions');
  addDev(group);
  addInit(group);
  addInstall(group);
  addUninstall(group);
  addList(group);
  addInfo(group);
  addUpdate(group);
  addOutdated(group);
  addSearch(group);
  addVerify(group);
}
