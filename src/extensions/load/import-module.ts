/**
 * Node's own `import()`. In a file of its own, which is part of no bundle: in code that V8 took from a cache, Node 20 cannot
 * import.
 */
export function importModule(url: string): Promise<object> {
  return import(url) as Promise<object>;
}
