/** The relative request of the TypeScript source behind one of its output: `./x.ts` for `./x.js`; undefined for others. */
export function sourceOf(request: string): string | undefined {
  const match = /^(\.{1,2}\/.*)\.([mc]?)js$/.exec(request);
  return match ? `${match[1]}.${match[2]}ts` : undefined;
}
