/** Node 20.0 to 20.3 lack the symbol that `await using` looks for. Imported before any class that has it. */
const known: { asyncDispose?: symbol } = Symbol;
if (known.asyncDispose === undefined) {
  Object.defineProperty(Symbol, 'asyncDispose', { value: Symbol('Symbol.asyncDispose') });
}
