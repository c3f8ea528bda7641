/** What a name in the SDK's type declarations stands for. */
import ts from 'typescript';

export interface Field {
  readonly name: string;
  readonly required: boolean;
  readonly type: ts.TypeNode;
  /** Its documentation, as one line. */
  readonly text: string;
}

export type Declared =
  | { readonly is: 'fields'; readonly fields: readonly Field[]; readonly index?: ts.TypeNode; readonly node: ts.Node }
  | { readonly is: 'alias'; readonly type: ts.TypeNode };

/** The last part of a name: `Checkout.Session` is `Session`. */
export function nameOf(reference: ts.TypeReferenceNode): string {
  return ts.isIdentifier(reference.typeName) ? reference.typeName.text : reference.typeName.right.text;
}

export function resolve(checker: ts.TypeChecker, name: ts.Node): Declared {
  let symbol = checker.getSymbolAtLocation(name);
  if (symbol !== undefined && (symbol.flags & ts.SymbolFlags.Alias) !== 0) symbol = checker.getAliasedSymbol(symbol);
  const declarations = symbol?.declarations ?? [];
  const alias = declarations.find((declaration) => ts.isTypeAliasDeclaration(declaration));
  if (alias !== undefined) return { is: 'alias', type: alias.type };
  const interfaces = declarations.filter((declaration) => ts.isInterfaceDeclaration(declaration));
  const [first] = interfaces;
  if (first === undefined)
    throw new Error(`nothing is declared as ${name.getText()} in ${name.getSourceFile().fileName}`);
  const fields = new Map<string, Field>();
  let index: ts.TypeNode | undefined;
  for (const declaration of interfaces) {
    for (const clause of declaration.heritageClauses ?? []) {
      for (const base of clause.types) {
        const inherited = resolve(checker, base.expression);
        if (inherited.is === 'alias') throw new Error(`${base.getText()} is no interface`);
        for (const field of inherited.fields) fields.set(field.name, field);
        index ??= inherited.index;
      }
    }
    const own = membersOf(declaration.members);
    for (const field of own.fields) fields.set(field.name, field);
    index ??= own.index;
  }
  return { is: 'fields', fields: [...fields.values()], node: first, ...(index === undefined ? {} : { index }) };
}

export function membersOf(members: ts.NodeArray<ts.TypeElement>): { fields: Field[]; index?: ts.TypeNode } {
  const fields: Field[] = [];
  let index: ts.TypeNode | undefined;
  for (const member of members) {
    if (ts.isIndexSignatureDeclaration(member)) index = member.type;
    if (!ts.isPropertySignature(member) || member.type === undefined) continue;
    if (!ts.isIdentifier(member.name) && !ts.isStringLiteral(member.name)) continue;
    fields.push({
      name: member.name.text,
      required: member.questionToken === undefined,
      type: member.type,
      text: textOf(member),
    });
  }
  return { fields, ...(index === undefined ? {} : { index }) };
}

function textOf(member: ts.TypeElement): string {
  return ts
    .getJSDocCommentsAndTags(member)
    .map((comment) => ts.getTextOfJSDocComment(comment.comment) ?? '')
    .join(' ')
    .replace(/\s+/g, ' ');
}

/** `null` of a union. */
export function isNull(node: ts.TypeNode): boolean {
  return ts.isLiteralTypeNode(node) && node.literal.kind === ts.SyntaxKind.NullKeyword;
}

/** The value of a type that is one string; undefined for every other. */
export function stringOf(node: ts.TypeNode): string | undefined {
  return ts.isLiteralTypeNode(node) && ts.isStringLiteral(node.literal) ? node.literal.text : undefined;
}
