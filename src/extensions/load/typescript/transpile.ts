import { createRequire } from 'node:module';
import type { CreateOptions, Service } from 'ts-node';
import type * as TsNode from 'ts-node';
import { packageScopeOf } from './package-scope';

const TYPESCRIPT = /\.([mc]?)ts$/;

/** Whether a file is a TypeScript source of an extension: what Backlot compiles, and nothing else. */
export function isExtensionSource(file: string): boolean {
  return TYPESCRIPT.test(file) && packageScopeOf(file)?.isExtension === true;
}

/** The kind of module that a TypeScript file is: by its ending, else by "type" in the package.json of its package. */
export function formatOf(file: string): 'commonjs' | 'module' {
  const kind = TYPESCRIPT.exec(file)?.[1];
  if (kind === 'm') return 'module';
  if (kind === 'c') return 'commonjs';
  return packageScopeOf(file)?.isModule ? 'module' : 'commonjs';
}

/**
 * A service for each package, the last used last. An extension that is developed is a new package on every save: of old
 * ones nothing is compiled any more.
 */
const services = new Map<string, Service>();
const MOST_SERVICES = 8;

/**
 * Compiles a TypeScript source of an extension to JavaScript of {@link formatOf its format}, types unchecked, with an
 * inline source map. The tsconfig.json of its package is respected, but for what decides about modules. Throws a
 * SyntaxError that names file, line and column.
 */
export function transpile(file: string, source: string): string {
  const scope = packageScopeOf(file);
  if (!scope) throw new Error(`${file} is in no package`);
  const service = services.get(scope.directory) ?? createService(scope.directory);
  services.delete(scope.directory);
  services.set(scope.directory, service);
  const [oldest] = services.keys();
  if (services.size > MOST_SERVICES && oldest !== undefined) services.delete(oldest);
  try {
    return service.compile(source, file);
  } catch (error) {
    // The compiler's own error does not survive the way from the thread of the hooks to the importer.
    const { diagnosticText } = error as { diagnosticText?: unknown };
    throw typeof diagnosticText === 'string' ? new SyntaxError(diagnosticText.trim()) : error;
  }
}

/** What ES5 is to the compiler. ts-node takes it when nothing else is said, and a class of ES5 cannot extend `Extension`. */
const ES5 = 1;

/** The numbers of what the compiler says about options. They are about checking and output files, which there are none of. */
const ABOUT_OPTIONS = Array.from({ length: 200 }, (_, index) => 5000 + index);

function createService(directory: string): Service {
  // Loaded here, because it takes half a second and most extensions are built.
  const { create } = createRequire(__filename)('ts-node') as typeof TsNode;
  const options: CreateOptions = {
    cwd: directory,
    projectSearchDir: directory,
    transpileOnly: true,
    // ts-node leaves out what is in node_modules, where extensions are.
    skipIgnore: true,
    // With nodenext the compiler decides about each file as Node does, and leaves import() alone.
    ignoreDiagnostics: ABOUT_OPTIONS,
    compilerOptions: { module: 'nodenext', moduleResolution: 'nodenext', verbatimModuleSyntax: false },
  };
  const service = createWithin(directory, create, options);
  if ((service.config.options.target ?? ES5) > ES5) return service;
  return createWithin(directory, create, {
    ...options,
    compilerOptions: { ...options.compilerOptions, target: 'es2022' },
  });
}

/**
 * A service for the project in the folder, but not for one around it. Without its tsconfig when that cannot be used:
 * mostly it extends a file that was left behind when the package was packed.
 */
function createWithin(directory: string, create: typeof TsNode.create, options: CreateOptions): Service {
  try {
    const service = createQuietly(create, options);
    const { errors, options: read } = service.config;
    const isOwn = typeof read.configFilePath !== 'string' || read.configFilePath.startsWith(directory);
    if (errors.length === 0 && isOwn) return service;
  } catch {
    // What is wrong with the tsconfig is nothing to stop for: types are not checked.
  }
  return createQuietly(create, { ...options, skipProject: true });
}

/** Creates a service and takes its own way of writing stacks out again: Node's knows the source maps of both threads. */
function createQuietly(create: typeof TsNode.create, options: CreateOptions): Service {
  const before = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  try {
    return create(options);
  } finally {
    if (before) Object.defineProperty(Error, 'prepareStackTrace', before);
    else Reflect.deleteProperty(Error, 'prepareStackTrace');
  }
}
