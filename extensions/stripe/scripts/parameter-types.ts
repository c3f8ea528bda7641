/** The types of parameters, each written once; they name each other by their place. */
import ts from 'typescript';
import { isNull, membersOf, nameOf, resolve, stringOf, type Field } from './declarations';
import { TypeList, type Written } from './type-list';

/** Numbers that have a fraction. All others are integers. */
const FRACTIONS = /percent|exchange_rate|dispute_rate|^(length|width|height|weight|latitude|longitude|score)$/;

/**
 * A type in the file: `s` string, `i` integer, `n` number, `b` boolean, `I` integer as a string, `d` decimal as a string, `m` metadata, `f` file,
 * `*` anything; or a list that begins with its sort: `e` values, `a` element, `h` fields (`name`, or `name!` where it is
 * required) and their types, `r` hash of any names, `u` one of several, `?` or empty.
 */
export class ParameterTypes extends TypeList {
  constructor(private readonly checker: ts.TypeChecker) {
    super();
  }

  /** The parameters of an operation: those of all overloads of its method. */
  hashOfSignatures(signatures: readonly ts.MethodDeclaration[]): number {
    const fields = new Map<string, Field>();
    for (const signature of signatures) {
      for (const parameter of signature.parameters) {
        if (!ts.isIdentifier(parameter.name) || parameter.name.text !== 'params') continue;
        if (parameter.type === undefined || !ts.isTypeReferenceNode(parameter.type)) continue;
        const declared = resolve(this.checker, parameter.type.typeName);
        if (declared.is === 'alias') throw new Error(`${parameter.type.getText()} is no interface`);
        for (const field of declared.fields) fields.set(field.name, field);
      }
    }
    return this.hash([...fields.values()]);
  }

  /** How many parameters a hash has. */
  size(place: number): number {
    const type = this.types[place];
    return Array.isArray(type) && type[0] === 'h' ? type.length : 0;
  }

  /** The same hash, with one field of the type that a field of another hash has. */
  withTypeOf(place: number, name: string, other: number, otherName: string): number {
    const { written, names, places } = this.hashAt(place);
    const from = this.hashAt(other);
    const type = from.places[from.names.indexOf(otherName)];
    if (type === undefined || !names.includes(name)) throw new Error(`no ${name} or no ${otherName}`);
    return this.intern(['h', written, places.map((each, index) => (names[index] === name ? type : each))]);
  }

  private hashAt(place: number): { written: string; names: string[]; places: number[] } {
    const type = this.types[place];
    if (!Array.isArray(type) || type[0] !== 'h') throw new Error('no hash');
    const [, written, places] = type as unknown as readonly ['h', string, number[]];
    return { written, names: written.split(' ').map((name) => name.replace(/!$/, '')), places };
  }

  private hash(fields: readonly Field[]): number {
    const names = fields.map(({ name, required }) => (required ? `${name}!` : name)).join(' ');
    return this.intern(['h', names, fields.map((field) => this.place(field.type, field.name))]);
  }

  private place(node: ts.TypeNode, name: string): number {
    if (ts.isUnionTypeNode(node)) return this.union(node.types, name);
    if (ts.isParenthesizedTypeNode(node)) return this.place(node.type, name);
    if (ts.isArrayTypeNode(node)) return this.intern(['a', this.place(node.elementType, name)]);
    if (ts.isTypeLiteralNode(node)) {
      const { fields, index } = membersOf(node.members);
      return index === undefined ? this.hash(fields) : this.intern(['r', this.place(index, name)]);
    }
    if (ts.isTypeReferenceNode(node)) return this.reference(node, name);
    const value = stringOf(node);
    if (value !== undefined) return value === '' ? this.intern(['?', this.intern('s')]) : this.intern(['e', [value]]);
    return this.intern(this.plain(node, name));
  }

  private plain(node: ts.TypeNode, name: string): Written {
    const { kind } = node;
    if (kind === ts.SyntaxKind.StringKeyword) return 's';
    if (kind === ts.SyntaxKind.NumberKeyword) {
      return FRACTIONS.test(name) ? 'n' : 'i';
    }
    // Integers that JSON has no room for are written as text.
    if (kind === ts.SyntaxKind.BigIntKeyword) return 'I';
    if (kind === ts.SyntaxKind.BooleanKeyword) return 'b';
    if (kind === ts.SyntaxKind.UnknownKeyword || kind === ts.SyntaxKind.AnyKeyword) return '*';
    if (ts.isLiteralTypeNode(node) && node.literal.kind === ts.SyntaxKind.TrueKeyword) return 'b';
    if (ts.isLiteralTypeNode(node) && node.literal.kind === ts.SyntaxKind.FalseKeyword) return 'b';
    throw new Error(`a parameter of type ${node.getText()} is new`);
  }

  private reference(node: ts.TypeReferenceNode, name: string): number {
    const [argument] = node.typeArguments ?? [];
    switch (nameOf(node)) {
      case 'Emptyable':
        if (argument !== undefined) return this.intern(['?', this.place(argument, name)]);
        break;
      case 'Array':
        if (argument !== undefined) return this.intern(['a', this.place(argument, name)]);
        break;
      case 'Decimal':
        return this.intern('d');
      case 'MetadataParam':
      case 'Metadata':
        return this.intern('m');
      case 'FileData':
        return this.intern('f');
      case 'Uint8Array':
      case 'Buffer':
        return this.intern('s');
      default:
    }
    const declared = resolve(this.checker, node.typeName);
    if (declared.is === 'alias') return this.place(declared.type, name);
    if (declared.index !== undefined && declared.fields.length === 0) {
      return this.intern(['r', this.place(declared.index, name)]);
    }
    return this.hash(declared.fields);
  }

  private union(nodes: readonly ts.TypeNode[], name: string): number {
    const empties = nodes.filter((node) => isNull(node) || stringOf(node) === '');
    const values = nodes.map(stringOf).filter((value) => value !== undefined && value !== '');
    // New values come with new versions; a version's own are all there.
    const others = nodes.filter(
      (node) =>
        !empties.includes(node) &&
        stringOf(node) === undefined &&
        !(ts.isTypeReferenceNode(node) && nameOf(node) === 'OtherString'),
    );
    const places = [...new Set(others.map((node) => this.place(node, name)))];
    if (values.length > 0) places.unshift(this.intern(['e', values]));
    const [only] = places;
    if (only === undefined) return this.intern('s');
    const place = places.length === 1 ? only : this.intern(['u', places]);
    return empties.length > 0 ? this.intern(['?', place]) : place;
  }
}
