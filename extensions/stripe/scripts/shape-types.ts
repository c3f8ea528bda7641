/** The shapes of the objects that Stripe answers, each written once; they name each other by their place. */
import ts from 'typescript';
import { isNull, membersOf, nameOf, resolve, stringOf, type Declared, type Field } from './declarations';
import { TypeList, type Written } from './type-list';

/** Numbers that have a fraction. All others are integers. */
const FRACTIONS = /percent|_rate$|^(length|width|height|weight|latitude|longitude|score)$/;

/**
 * Fields that answers leave out unless they are expanded, besides lists that may be absent: the documentation of a field does
 * not say so in a form that could be read.
 */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  coupon: ['applies_to', 'currency_options'],
  customer: ['cash_balance', 'tax'],
  'identity.verification_session': ['verified_outputs'],
  invoice: ['confirmation_secret'],
  'issuing.card': ['cvc', 'number'],
  plan: ['tiers'],
  price: ['currency_options', 'tiers'],
};

interface Kind {
  readonly object: string;
  readonly deleted: boolean;
}

/**
 * A shape in the file: `s` string, `i` integer, `n` number, `t` time, `b` boolean, `I` integer as a string, `T` true, `d` decimal as a string, `m`
 * metadata, `*` anything; or a list that begins with its sort: `e` values, `a` element, `h` fields (`name`, with `?` where
 * it may be absent, with `+` where it is only there when asked for) and their shapes, `r` hash of any names, `u` one of
 * several, `?` or null, `o` objects of these kinds, `x` an identifier or one of these kinds, `l` list of.
 */
export class ShapeTypes extends TypeList {
  private readonly kinds = new Map<string, number>();

  constructor(private readonly checker: ts.TypeChecker) {
    super();
  }

  /** What the overloads of a method answer: the kind of object that they name, and whether it may be a deleted one. */
  answer(types: readonly (ts.TypeNode | undefined)[]): Kind {
    for (const type of types) {
      const kinds = type === undefined ? [] : this.kindsIn(type);
      const [first] = kinds;
      // Where several can come, an account is the least likely.
      const kept = kinds.find(({ object, deleted }) => !deleted && object !== 'account') ?? first;
      if (kept !== undefined) return { object: kept.object, deleted: kinds.some(({ deleted }) => deleted) };
    }
    return { object: '', deleted: false };
  }

  file(): unknown {
    return { kinds: Object.fromEntries([...this.kinds].sort()), types: this.types };
  }

  /** The kinds of objects in a type, through promises, responses, lists and unions. */
  private kindsIn(node: ts.TypeNode): Kind[] {
    if (ts.isUnionTypeNode(node)) return node.types.flatMap((type) => this.kindsIn(type));
    if (ts.isParenthesizedTypeNode(node)) return this.kindsIn(node.type);
    if (!ts.isTypeReferenceNode(node)) return [];
    const [argument] = node.typeArguments ?? [];
    if (argument !== undefined) return this.kindsIn(argument);
    const declared = this.declared(node);
    if (declared === undefined) return [];
    if (declared.is === 'alias') return this.kindsIn(declared.type);
    const kind = this.kindOf(declared);
    return kind === undefined ? [] : [kind];
  }

  private declared(node: ts.TypeReferenceNode): Declared | undefined {
    return nameOf(node) === 'OtherString' ? undefined : resolve(this.checker, node.typeName);
  }

  /** The kind of a declaration that is an object of its own; its shape is read along. */
  private kindOf(declared: Declared & { is: 'fields' }): Kind | undefined {
    const objectField = declared.fields.find(({ name }) => name === 'object');
    const object = objectField === undefined ? undefined : stringOf(objectField.type);
    if (object === undefined || object === 'list' || object === 'search_result') return undefined;
    const deleted = declared.fields.some(({ name, required }) => name === 'deleted' && required);
    if (!deleted && !this.kinds.has(object)) {
      // Known before its fields are read: they may lead back to it.
      this.kinds.set(object, -1);
      this.kinds.set(object, this.hash(declared.fields, LEFT_OUT[object]));
    }
    return { object, deleted };
  }

  private hash(fields: readonly Field[], leftOut: readonly string[] = []): number {
    const kept = fields.filter(({ type }) => type.kind !== ts.SyntaxKind.VoidKeyword);
    const places = kept.map((field) => this.place(field.type, field));
    const names = kept.map(({ name, required }, index) => {
      if (required) return name;
      return leftOut.includes(name) || this.isList(places[index]) ? `${name}?+` : `${name}?`;
    });
    return this.intern(['h', names.join(' '), places]);
  }

  private isList(place: number | undefined): boolean {
    const type = place === undefined ? undefined : this.types[place];
    if (type === undefined || typeof type === 'string') return false;
    return type[0] === 'l' || (type[0] === '?' && typeof type[1] === 'number' && this.isList(type[1]));
  }

  private place(node: ts.TypeNode, field: Field): number {
    if (ts.isUnionTypeNode(node)) return this.union(node.types, field);
    if (ts.isParenthesizedTypeNode(node)) return this.place(node.type, field);
    if (ts.isArrayTypeNode(node)) return this.intern(['a', this.place(node.elementType, field)]);
    if (ts.isTypeLiteralNode(node)) {
      const { fields, index } = membersOf(node.members);
      return index === undefined ? this.hash(fields) : this.intern(['r', this.place(index, field)]);
    }
    if (ts.isTypeReferenceNode(node)) return this.reference(node, field);
    const value = stringOf(node);
    return value === undefined ? this.intern(this.plain(node, field)) : this.intern(['e', [value]]);
  }

  private plain(node: ts.TypeNode, { name, text }: Field): Written {
    const { kind } = node;
    if (kind === ts.SyntaxKind.StringKeyword) return 's';
    if (kind === ts.SyntaxKind.NumberKeyword) {
      if (FRACTIONS.test(name)) return 'n';
      return /since the Unix epoch|timestamp/i.test(text) || /^created$|_at$/.test(name) ? 't' : 'i';
    }
    // Integers that JSON has no room for are written as text.
    if (kind === ts.SyntaxKind.BigIntKeyword) return 'I';
    if (kind === ts.SyntaxKind.BooleanKeyword) return 'b';
    if (ts.isLiteralTypeNode(node) && node.literal.kind === ts.SyntaxKind.TrueKeyword) return 'T';
    if (ts.isLiteralTypeNode(node) && node.literal.kind === ts.SyntaxKind.FalseKeyword) return 'b';
    return '*';
  }

  private reference(node: ts.TypeReferenceNode, field: Field): number {
    const [argument] = node.typeArguments ?? [];
    switch (nameOf(node)) {
      case 'Array':
        if (argument !== undefined) return this.intern(['a', this.place(argument, field)]);
        break;
      case 'ApiList':
        if (argument !== undefined) return this.intern(['l', this.place(argument, field)]);
        break;
      case 'Partial':
        if (argument !== undefined) return this.place(argument, field);
        break;
      case 'Decimal':
        return this.intern('d');
      case 'Metadata':
        return this.intern('m');
      case 'OtherString':
        return this.intern('s');
      case 'Record':
        return this.intern('*');
      default:
    }
    const declared = resolve(this.checker, node.typeName);
    if (declared.is === 'alias') return this.place(declared.type, field);
    const kind = this.kindOf(declared);
    if (kind !== undefined) return this.intern(['o', [kind.object]]);
    if (declared.index !== undefined && declared.fields.length === 0) {
      return this.intern(['r', this.place(declared.index, field)]);
    }
    return this.hash(declared.fields);
  }

  private union(nodes: readonly ts.TypeNode[], field: Field): number {
    const values = nodes.map(stringOf).filter((value) => value !== undefined);
    const kinds = new Set<string>();
    const places = new Set<number>();
    let nullable = false;
    let identifier = false;
    for (const node of nodes) {
      if (isNull(node)) nullable = true;
      else if (stringOf(node) !== undefined) continue;
      else if (ts.isTypeReferenceNode(node) && nameOf(node) === 'OtherString') continue;
      else if (node.kind === ts.SyntaxKind.StringKeyword) identifier = true;
      else {
        const found = ts.isTypeReferenceNode(node) && node.typeArguments === undefined ? this.kindsIn(node) : [];
        for (const { object } of found) kinds.add(object);
        if (found.length === 0) places.add(this.place(node, field));
      }
    }
    if (kinds.size > 0) places.add(this.intern([identifier ? 'x' : 'o', [...kinds]]));
    else if (identifier) places.add(this.intern('s'));
    if (values.length > 0) places.add(this.intern(['e', values]));
    const all = [...places];
    const [only] = all;
    if (only === undefined) return this.intern('*');
    const place = all.length === 1 ? only : this.intern(['u', all]);
    return nullable ? this.intern(['?', place]) : place;
  }
}
