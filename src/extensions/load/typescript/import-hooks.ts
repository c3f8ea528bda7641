/** Hooks of Node's module loader; they run on its own thread. */
import { readFileSync } from 'node:fs';
import type { LoadHook, ResolveHook } from 'node:module';
import { fileURLToPath } from 'node:url';
import { sourceOf } from './source-of';
import { formatOf, isExtensionSource, transpile } from './transpile';

/** Lets `import './x.js'` in a source find x.ts, as the compiler does. */
export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  try {
    return await nextResolve(specifier, context);
  } catch (error) {
    const importer = context.parentURL === undefined ? undefined : pathOf(context.parentURL);
    const source = importer !== undefined && isExtensionSource(importer) ? sourceOf(specifier) : undefined;
    if (source === undefined) throw error;
    return await nextResolve(source, context);
  }
};

/** Compiles the sources of extensions. Those that are CommonJS are left to `require`. */
export const load: LoadHook = async (url, context, nextLoad) => {
  const file = pathOf(url);
  if (file === undefined || !isExtensionSource(file)) return nextLoad(url, context);
  if (formatOf(file) === 'commonjs') return { format: 'commonjs', shortCircuit: true };
  return { format: 'module', shortCircuit: true, source: transpile(file, readFileSync(file, 'utf8')) };
};

function pathOf(url: string): string | undefined {
  return url.startsWith('file:') ? fileURLToPath(url) : undefined;
}
