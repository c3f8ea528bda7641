/** Those of some fields that a client gave a value for. */
export function given<T extends object, K extends keyof T>(params: T, names: readonly K[]): Partial<Pick<T, K>> {
  const found: Partial<Pick<T, K>> = {};
  for (const name of names) {
    const value = params[name];
    if (value !== undefined && value !== '') found[name] = value;
  }
  return found;
}
