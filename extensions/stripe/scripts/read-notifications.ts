/** Which event notifications there are, which the documentation calls thin events, and what they are about. */
import { join } from 'node:path';
import ts from 'typescript';
import { membersOf, stringOf } from './declarations';
import type { ShapeTypes } from './shape-types';

/** By the type of a notification: the kind of its related object, empty where it is about none. */
export function readNotifications(
  program: ts.Program,
  root: string,
  shapes: ShapeTypes,
): Readonly<Record<string, string>> {
  const file = program.getSourceFile(join(root, 'resources', 'V2', 'Core', 'Events.d.ts'));
  if (file === undefined) throw new Error('the SDK declares no events of version 2');
  const kinds: Record<string, string> = {};
  for (const statement of file.statements) {
    if (!ts.isInterfaceDeclaration(statement) || !isEvent(statement)) continue;
    const type = membersOf(statement.members).fields.find(({ name }) => name === 'type');
    const value = type === undefined ? undefined : stringOf(type.type);
    if (value !== undefined) kinds[value] = shapes.answer([fetched(statement)]).object;
  }
  return kinds;
}

function isEvent({ heritageClauses = [] }: ts.InterfaceDeclaration): boolean {
  return heritageClauses.some(({ types: [base] }) => base?.expression.getText() === 'EventBase');
}

/** What `fetchRelatedObject` promises. */
function fetched({ members }: ts.InterfaceDeclaration): ts.TypeNode | undefined {
  const method = members.find((member) => member.name?.getText() === 'fetchRelatedObject');
  return method !== undefined && ts.isMethodSignature(method) ? method.type : undefined;
}
