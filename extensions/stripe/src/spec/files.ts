/** The files that the build writes beside the code. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

/** What `scripts/parameter-types.ts` writes: a sort, or a list that begins with one. */
export type ParameterType = string | readonly [string, ...unknown[]];
/** What `scripts/shape-types.ts` writes, likewise. */
export type ShapeType = string | readonly [string, ...unknown[]];

export type OperationRow = readonly [
  method: string,
  path: string,
  kind: string,
  result: string,
  deletes: 0 | 1,
  parameters: number,
];

export interface ParameterFile {
  readonly version: string;
  readonly operations: readonly OperationRow[];
  readonly types: readonly ParameterType[];
}

export interface ShapeFile {
  readonly kinds: Readonly<Record<string, number>>;
  readonly types: readonly ShapeType[];
}

let parameters: ParameterFile | undefined;
let shapes: ShapeFile | undefined;

export function parameterFile(): ParameterFile {
  return (parameters ??= read('spec.json.br') as ParameterFile);
}

export function shapeFile(): ShapeFile {
  return (shapes ??= read('shapes.json.br') as ShapeFile);
}

/** They are in `dist`, which this file may be in or stand beside. */
function read(name: string): unknown {
  return JSON.parse(brotliDecompressSync(readFileSync(join(__dirname, '..', '..', 'dist', name))).toString());
}
