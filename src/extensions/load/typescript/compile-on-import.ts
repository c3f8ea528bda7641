import { readFileSync } from 'node:fs';
import Module, { register } from 'node:module';
import { pathToFileURL } from 'node:url';
import path from 'node:path';
import { formatOf, isExtensionSource, transpile } from './transpile';
import { sourceOf } from './source-of';

/** What Node keeps about modules for `require`, as far as it is needed here. */
interface ModuleInternals {
  _resolveFilename: (
    this: unknown,
    request: string,
    parent: { filename?: string | null } | undefined,
    ...rest: unknown[]
  ) => string;
  readonly _extensions: Record<string, ((module: CompilableModule, file: string) => void) | undefined>;
}

interface CompilableModule {
  _compile(code: string, file: string): void;
}

let enabled = false;

/**
 * From now on, TypeScript sources of extensions can be imported and required. Nothing else is compiled. The compiler
 * is loaded with the first source.
 */
export function compileOnImport(): void {
  if (enabled) return;
  enabled = true;
  // Stacks of what is compiled off this thread would otherwise name lines of the output.
  process.setSourceMapsEnabled(true);
  register(pathToFileURL(path.join(__dirname, 'import-hooks.js')));
  const internals = Module as unknown as ModuleInternals;
  compileOnRequire(internals, '.ts');
  compileOnRequire(internals, '.cts');
  resolveSources(internals);
}

function compileOnRequire(internals: ModuleInternals, extension: string): void {
  const before = internals._extensions[extension] ?? internals._extensions['.js'];
  internals._extensions[extension] = (module, file) => {
    if (!isExtensionSource(file)) return before?.(module, file);
    if (formatOf(file) === 'module') throw new Error(`${file} is an ES module: import it instead of requiring it`);
    return module._compile(transpile(file, readFileSync(file, 'utf8')), file);
  };
}

/** Lets `require('./x.js')` in a source find x.ts, as the compiler does. */
function resolveSources(internals: ModuleInternals): void {
  const before = internals._resolveFilename;
  internals._resolveFilename = function (request, parent, ...rest) {
    try {
      return before.call(this, request, parent, ...rest);
    } catch (error) {
      const importer = parent?.filename;
      const source = importer && isExtensionSource(importer) ? sourceOf(request) : undefined;
      if (source === undefined) throw error;
      return before.call(this, source, parent, ...rest);
    }
  };
}
