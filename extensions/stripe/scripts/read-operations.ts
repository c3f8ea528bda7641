/** Finds the operations that a file of the SDK's JavaScript performs. */
import ts from 'typescript';

export interface FoundOperation {
  readonly className: string;
  readonly methodName: string;
  readonly method: string;
  readonly path: string;
  readonly kind: 'object' | 'list' | 'search' | 'binary';
}

/** Every `_makeRequest` of one version of the API, whose paths begin with `root`: `/v1/`. In the order of the file. */
export function readOperations(fileName: string, text: string, root: string): FoundOperation[] {
  const file = ts.createSourceFile(fileName, text, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS);
  const found: FoundOperation[] = [];
  for (const statement of file.statements) {
    if (!ts.isClassDeclaration(statement) || statement.name === undefined) continue;
    for (const member of statement.members) {
      if (!ts.isMethodDeclaration(member) || !ts.isIdentifier(member.name)) continue;
      for (const call of requestsIn(member)) {
        const [method, path, , , spec] = call.arguments;
        if (method === undefined || !ts.isStringLiteral(method) || path === undefined) continue;
        const template = templateOf(path);
        if (template?.startsWith(root) !== true) continue;
        found.push({
          className: statement.name.text,
          methodName: member.name.text,
          method: method.text,
          path: template,
          kind: kindOf(spec),
        });
      }
    }
  }
  return found;
}

function requestsIn(method: ts.MethodDeclaration): ts.CallExpression[] {
  const calls: ts.CallExpression[] = [];
  const visit = (node: ts.Node): void => {
    if (
      ts.isCallExpression(node) &&
      ts.isPropertyAccessExpression(node.expression) &&
      node.expression.name.text === '_makeRequest'
    ) {
      calls.push(node);
    }
    ts.forEachChild(node, visit);
  };
  visit(method);
  return calls;
}

/** `/v1/customers/{customer}`: a parameter is named after the collection that it picks from. */
function templateOf(path: ts.Expression): string | undefined {
  if (ts.isStringLiteral(path) || ts.isNoSubstitutionTemplateLiteral(path)) return path.text;
  if (!ts.isTemplateExpression(path)) return undefined;
  let text = path.head.text;
  for (const span of path.templateSpans) {
    const collection = /([^/]+)\/$/.exec(text)?.[1] ?? 'id';
    text += `{${singular(collection)}}${span.literal.text}`;
  }
  return text;
}

function singular(noun: string): string {
  if (noun.endsWith('ies')) return `${noun.slice(0, -3)}y`;
  if (/(ss|x|sh|ch)es$/.test(noun)) return noun.slice(0, -2);
  return noun.endsWith('s') ? noun.slice(0, -1) : noun;
}

function kindOf(spec: ts.Expression | undefined): FoundOperation['kind'] {
  if (spec === undefined || !ts.isObjectLiteralExpression(spec)) return 'object';
  for (const property of spec.properties) {
    if (!ts.isPropertyAssignment(property) || !ts.isIdentifier(property.name)) continue;
    if (property.name.text === 'streaming') return 'binary';
    if (property.name.text !== 'methodType' || !ts.isStringLiteral(property.initializer)) continue;
    if (property.initializer.text === 'list' || property.initializer.text === 'search') {
      return property.initializer.text;
    }
  }
  return 'object';
}
