import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { importModule } from './import-module';

/** A line that only an ES module has. Where Node goes by the source it knows better, and says so. */
const ESM_LINE = /^\s*(?:import|export)\b/m;

/** What Node says of a module that cannot be required: it is an ES module, or one that awaits at its top. */
const MUST_BE_IMPORTED: ReadonlySet<unknown> = new Set(['ERR_REQUIRE_ESM', 'ERR_REQUIRE_ASYNC_MODULE']);

/**
 * The namespace of a module as `import()` gives it: of CommonJS, an object whose `default` is `module.exports`. Throws what
 * the module throws, and what Node says of one that it cannot load.
 */
export async function loadModule(file: string): Promise<object> {
  if (await looksLikeCommonJs(file)) {
    // `import()` would also read through its source for names to export: a third of the time of a small extension.
    try {
      return { default: createRequire(file)(file) as unknown };
    } catch (error) {
      if (!MUST_BE_IMPORTED.has((error as NodeJS.ErrnoException | undefined)?.code)) throw error;
    }
  }
  return importModule(pathToFileURL(file).href);
}

async function looksLikeCommonJs(file: string): Promise<boolean> {
  const extension = extname(file);
  return extension === '.cjs' || (extension === '.js' && !ESM_LINE.test(await readFile(file, 'utf8')));
}
