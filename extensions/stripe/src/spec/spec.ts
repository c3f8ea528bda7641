/** Which operations Stripe's API has, as the official package declares them. */
import { parameterFile, version2File, type ParameterFile } from './files';

/** In the place of parameters: an operation that the specification does not have. Its parameters come as they were written. */
export const UNSPECIFIED = -1;

export interface Operation {
  /** Method and path: `POST /v1/customers/{customer}`. */
  readonly key: string;
  readonly method: string;
  readonly path: string;
  readonly kind: 'object' | 'list' | 'search' | 'binary';
  /** The kind of object that it answers, or that its list holds; empty where there is none. */
  readonly result: string;
  /** Whether it answers a deleted object. */
  readonly deletes: boolean;
  /** Where its parameters stand in the file. */
  readonly parameters: number;
}

export interface FoundOperation {
  readonly operation: Operation;
  /** The parameters in the path, decoded, in their order. */
  readonly path: Readonly<Record<string, string>>;
}

export interface Spec {
  /** The version of the API: `2026-10-28.endive`. */
  readonly version: string;
  readonly operations: readonly Operation[];
  /** The operation for a method and a path that is still encoded; undefined where there is none. */
  find(method: string, path: string): FoundOperation | undefined;
  /** The methods that a path has. */
  methods(path: string): readonly string[];
}

/** The segments of paths as a tree: a static segment goes before a parameter. */
interface Node {
  readonly statics: Map<string, Node>;
  parameter?: Node;
  readonly operations: Map<string, Operation>;
}

let first: Spec | undefined;
let second: Spec | undefined;

/** The specification of version 1; read once. */
export function loadSpec(): Spec {
  return (first ??= read(parameterFile()));
}

/** That of version 2. */
export function loadSpec2(): Spec {
  return (second ??= read(version2File()));
}

function read({ version, operations: rows }: ParameterFile): Spec {
  const operations = rows.map(([method, path, kind, result, deletes, parameters]): Operation => {
    return {
      key: `${method} ${path}`,
      method,
      path,
      kind: kind as Operation['kind'],
      result,
      deletes: deletes === 1,
      parameters,
    };
  });
  const root = makeNode();
  const names = new Map(operations.map((operation) => [operation, namesIn(operation.path)]));
  // Paths without parameters, which need not be taken apart.
  const whole = new Map<string, Map<string, FoundOperation>>();
  for (const operation of operations) {
    add(root, operation);
    if (names.get(operation)!.length > 0) continue;
    const ofMethod = whole.get(operation.method) ?? new Map<string, FoundOperation>();
    whole.set(operation.method, ofMethod.set(operation.path, { operation, path: {} }));
  }
  return {
    version,
    operations,
    find: (method, path) => {
      const known = whole.get(method)?.get(path);
      if (known !== undefined) return known;
      const values: string[] = [];
      const operation = walk(root, path.split('/'), 1, method, values)?.operations.get(method);
      return operation && { operation, path: named(names.get(operation)!, values) };
    },
    methods: (path) => [...(walk(root, path.split('/'), 1, undefined, [])?.operations.keys() ?? [])],
  };
}

function makeNode(): Node {
  return { statics: new Map(), operations: new Map() };
}

function add(root: Node, operation: Operation): void {
  let node = root;
  for (const segment of operation.path.split('/').slice(1)) {
    if (segment.startsWith('{')) node = node.parameter ??= makeNode();
    else {
      const next = node.statics.get(segment) ?? makeNode();
      node.statics.set(segment, next);
      node = next;
    }
  }
  node.operations.set(operation.method, operation);
}

/** Goes down as far as the path does; with a method only to where that method is. Puts what parameters match into `values`. */
function walk(
  node: Node,
  segments: readonly string[],
  at: number,
  method: string | undefined,
  values: string[],
): Node | undefined {
  const segment = segments[at];
  if (segment === undefined) {
    const isEnd = method === undefined ? node.operations.size > 0 : node.operations.has(method);
    return isEnd ? node : undefined;
  }
  const next = node.statics.get(segment);
  const found = next && walk(next, segments, at + 1, method, values);
  if (found || node.parameter === undefined || segment === '') return found;
  values.push(decode(segment));
  const below = walk(node.parameter, segments, at + 1, method, values);
  if (!below) values.pop();
  return below;
}

/** A part of a path as it was meant. */
export function decode(segment: string): string {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    // What is badly encoded names nothing, and is shown as it came.
    return segment;
  }
}

/** The names in a path, in their order. Two parameters of a path may have one name: the second gets another. */
function namesIn(path: string): string[] {
  const names: string[] = [];
  for (const [index, [, name]] of [...path.matchAll(/\{(\w+)\}/g)].entries()) {
    names.push(names.includes(name!) ? `${name!}_${index}` : name!);
  }
  return names;
}

function named(names: readonly string[], values: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (let index = 0; index < names.length; index++) found[names[index]!] = values[index] ?? '';
  return found;
}
