import type { Command } from 'commander';
import { addDelete } from './delete';
import { addExport } from './export';
import { addImport } from './import';
import { addList } from './list';
import { addLoad } from './load';
import { addReset } from './reset';
import { addSave } from './save';

/** `backlot state …` */
export function addState(program: Command): void {
  const group = program.command('state').description('reset, save, load, export and import what extensions keep');
  for (const add of [addReset, addSave, addLoad, addList, addDelete, addExport, addImport]) add(group);
}
