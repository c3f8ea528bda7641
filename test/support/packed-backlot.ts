import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { REPOSITORY } from './run-platform';

/**
 * Puts the built package into the node_modules of a folder, as installing it would: the files that are published, at
 * their real place, with what it depends on. Packages named in `beside` are linked from this checkout.
 */
export function putBacklotInto(folder: string, beside: readonly string[] = []): string {
  const modules = path.join(folder, 'node_modules');
  const target = path.join(modules, 'backlot');
  mkdirSync(target, { recursive: true });
  const { files } = JSON.parse(readFileSync(path.join(REPOSITORY, 'package.json'), 'utf8')) as { files: string[] };
  for (const file of ['package.json', ...files.filter((each) => !each.startsWith('!'))]) {
    cpSync(path.join(REPOSITORY, file), path.join(target, file), { recursive: true });
  }
  symlinkSync(path.join(REPOSITORY, 'node_modules'), path.join(target, 'node_modules'));
  for (const name of beside) {
    mkdirSync(path.dirname(path.join(modules, name)), { recursive: true });
    symlinkSync(path.join(REPOSITORY, 'node_modules', name), path.join(modules, name));
  }
  return target;
}
