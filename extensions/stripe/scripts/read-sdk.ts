/** Reads the official SDK: its operations with their parameters, and the shapes of the objects that they answer. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { readNotifications } from './read-notifications';
import { ParameterTypes } from './parameter-types';
import { readOperations, type FoundOperation } from './read-operations';
import { ShapeTypes } from './shape-types';

/** An operation in the file: method, path, kind, what it answers, whether that is a deleted object, its parameters. */
type OperationRow = readonly [string, string, string, string, 0 | 1, number];

/** What the build writes. `folder` is that of the installed package `stripe`. */
export function readSdk(folder: string): { parameters: unknown; version2: unknown; shapes: unknown } {
  const root = join(folder, 'cjs');
  const files = readdirSync(join(root, 'resources'), { recursive: true, encoding: 'utf8' })
    .map((name) => join(root, 'resources', name))
    .sort();
  const declarations = files.filter((file) => file.endsWith('.d.ts'));
  const program = ts.createProgram(declarations, {
    noLib: true,
    types: [],
    skipLibCheck: true,
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
  });
  const checker = program.getTypeChecker();
  const shapes = new ShapeTypes(checker);
  const read = (path: string) => {
    const types = new ParameterTypes(checker);
    return { types, rows: readRows(files, program, { root: path, types, shapes }) };
  };
  const [first, second] = [read('/v1/'), read('/v2/')];
  const operations = [...first.rows.values()].map((row) => takingCards(row, first.rows, first.types)).sort(byPath);
  const version = versionOf(root);
  return {
    parameters: { version, operations, types: first.types.types },
    version2: {
      version,
      operations: [...second.rows.values()].sort(byPath),
      types: second.types.types,
      notifications: readNotifications(program, root, shapes),
    },
    shapes: shapes.file(),
  };
}

interface Reading {
  /** With what the paths of the version begin. */
  readonly root: string;
  readonly types: ParameterTypes;
  readonly shapes: ShapeTypes;
}

/** The operations of one version, by method and path. */
function readRows(files: readonly string[], program: ts.Program, { root, types, shapes }: Reading) {
  const rows = new Map<string, OperationRow>();
  for (const script of files.filter((file) => file.endsWith('.js'))) {
    const declared = program.getSourceFile(script.replace(/\.js$/, '.d.ts'));
    if (declared === undefined) continue;
    for (const operation of readOperations(script, readFileSync(script, 'utf8'), root)) {
      const key = `${operation.method} ${operation.path}`;
      const signatures = signaturesOf(declared, operation);
      const answered = shapes.answer(signatures.map((signature) => signature.type));
      const row: OperationRow = [
        operation.method,
        operation.path,
        operation.kind,
        answered.object,
        answered.deleted && operation.method === 'DELETE' ? 1 : 0,
        types.hashOfSignatures(signatures),
      ];
      // Two methods of the SDK may perform one operation; the one whose parameters have more to say describes it.
      const other = rows.get(key);
      if (other === undefined || types.size(other[5]) < types.size(row[5])) rows.set(key, row);
    }
  }
  return rows;
}

/**
 * These take a card or a bank account in place of an identifier, as the API always did and the declarations do not say any
 * more. What they take is what an account's external accounts still are declared to take.
 */
const CARD_TAKERS: ReadonlySet<string> = new Set([
  'POST /v1/charges',
  'POST /v1/customers',
  'POST /v1/customers/{customer}',
  'POST /v1/customers/{customer}/sources',
]);

function takingCards(row: OperationRow, rows: ReadonlyMap<string, OperationRow>, types: ParameterTypes): OperationRow {
  const [method, path, kind, result, deleted, place] = row;
  if (!CARD_TAKERS.has(`${method} ${path}`)) return row;
  const declared = rows.get('POST /v1/accounts/{account}/external_accounts');
  if (declared === undefined) throw new Error('external accounts are not declared any more');
  const parameters = types.withTypeOf(place, 'source', declared[5], 'external_account');
  return [method, path, kind, result, deleted, parameters];
}

/** The overloads of a method. An overload without parameters adds nothing. */
function signaturesOf(file: ts.SourceFile, operation: FoundOperation): ts.MethodDeclaration[] {
  for (const statement of file.statements) {
    if (!ts.isClassDeclaration(statement) || statement.name?.text !== operation.className) continue;
    return statement.members.filter(
      (member): member is ts.MethodDeclaration =>
        ts.isMethodDeclaration(member) && ts.isIdentifier(member.name) && member.name.text === operation.methodName,
    );
  }
  throw new Error(`no declaration of ${operation.className}.${operation.methodName} in ${file.fileName}`);
}

function byPath(one: OperationRow, other: OperationRow): number {
  return compare(one[1], other[1]) || compare(one[0], other[0]);
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function versionOf(root: string): string {
  const found = /ApiVersion = '([^']+)'/.exec(readFileSync(join(root, 'apiVersion.js'), 'utf8'));
  if (found?.[1] === undefined) throw new Error('the SDK names no version of the API');
  return found[1];
}
