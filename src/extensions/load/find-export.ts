import { BacklotError } from '../../api/errors';
import { Extension } from '../../api/extension';
import type { ManifestItem } from '../manifest';
import { didYouMean } from '../nearest';
import type { ExtensionClass } from './extension-class';

/**
 * The class that the manifest names, out of the namespace of its module.
 *
 * A CommonJS module shows its exports on the namespace, on `default`, or (built from `export default`) on
 * `default.default`: the export is looked for in that order. Throws BACKLOT_E_EXPORT_MISSING or BACKLOT_E_NOT_AN_EXTENSION.
 */
export function findExport(namespace: object, item: ManifestItem, file: string): ExtensionClass {
  const where = { file, extension: item.name };
  const found = candidates(namespace, item.exportName);
  if (found.length === 0) {
    const names = exportNames(namespace);
    const holds = names.length === 0 ? 'it exports nothing' : `it exports ${names.join(', ')}`;
    const wanted = item.exportName === 'default' ? 'no default export' : `no export "${item.exportName}"`;
    const hint = didYouMean(item.exportName, names);
    throw new BacklotError('BACKLOT_E_EXPORT_MISSING', `${item.module} has ${wanted}${hint}; ${holds}`, { where });
  }
  const type = found.find(isExtensionClass);
  if (type) return type;
  throw new BacklotError(
    'BACKLOT_E_NOT_AN_EXTENSION',
    `${item.exportName} of ${item.module} is ${describe(found[0])}, not a class that extends Extension`,
    { where },
  );
}

function candidates(namespace: object, name: string): unknown[] {
  const levels: unknown[] = [namespace];
  for (let depth = 0; depth < 2; depth++) levels.push(property(levels.at(-1), 'default'));
  return levels.map((level) => property(level, name)).filter((value) => value !== undefined);
}

function exportNames(namespace: object): string[] {
  const inner = property(namespace, 'default');
  const isCommonJs = typeof inner === 'object' && inner !== null;
  const names = isCommonJs ? Object.keys(inner) : Object.keys(namespace);
  return names.filter((name) => name !== '__esModule');
}

function property(value: unknown, name: string): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  // Only what was exported: not `constructor`, and of a class not its own `name`.
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

function isExtensionClass(value: unknown): value is ExtensionClass {
  return typeof value === 'function' && value.prototype instanceof Extension;
}

function describe(value: unknown): string {
  if (typeof value !== 'function') return value === null ? 'null' : `a value of type ${typeof value}`;
  const parents: string[] = [];
  for (let type: unknown = value; typeof type === 'function' && type.name; type = Object.getPrototypeOf(type)) {
    parents.push(type.name);
  }
  // Another copy of Backlot brings another Extension: say so, for nothing else about it looks wrong.
  if (parents.slice(1).includes('Extension'))
    return `the class ${value.name}, which extends the Extension of another copy of Backlot`;
  return `the ${/^class\b/.test(Function.prototype.toString.call(value)) ? 'class' : 'function'} ${value.name || '(anonymous)'}`;
}
