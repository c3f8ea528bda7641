import type { HeaderChanges, ProxyHeaders } from '../../api/proxy';
import type { RequestContext } from '../../api/gateway';

/** Headers in their order and case, as node’s `rawHeaders` has them: names and values in turn. */
export class HeaderList implements ProxyHeaders {
  #raw: string[];

  constructor(raw: readonly string[] = []) {
    this.#raw = [...raw];
  }

  /** Names and values in turn. */
  get raw(): readonly string[] {
    return this.#raw;
  }

  get(name: string): string | undefined {
    const values = this.getAll(name);
    return values.length === 0 ? undefined : values.join(', ');
  }

  getAll(name: string): string[] {
    const lower = name.toLowerCase();
    return [...this].filter(([each]) => each.toLowerCase() === lower).map(([, value]) => value);
  }

  has(name: string): boolean {
    return this.getAll(name).length > 0;
  }

  /** A header that is there keeps its place. */
  set(name: string, value: string | readonly string[]): void {
    const lower = name.toLowerCase();
    const values = (typeof value === 'string' ? [value] : value).flatMap((each) => [name, each]);
    const at = this.#raw.findIndex((each, index) => index % 2 === 0 && each.toLowerCase() === lower);
    this.delete(name);
    // What stood before the first one is still before it.
    if (at < 0) this.#raw.push(...values);
    else this.#raw.splice(at, 0, ...values);
  }

  append(name: string, value: string): void {
    this.#raw.push(name, value);
  }

  delete(name: string): void {
    const lower = name.toLowerCase();
    this.#raw = [...this].filter(([each]) => each.toLowerCase() !== lower).flat();
  }

  *[Symbol.iterator](): Iterator<readonly [name: string, value: string]> {
    const raw = this.#raw;
    for (let index = 0; index + 1 < raw.length; index += 2) yield [raw[index] as string, raw[index + 1] as string];
  }
}

/** Makes the changes to headers that an extension wants. */
export function changeHeaders(headers: HeaderList, changes: HeaderChanges | undefined, context: RequestContext): void {
  if (changes === undefined) return;
  if (typeof changes === 'function') {
    changes(headers, context);
    return;
  }
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) headers.delete(name);
    else headers.set(name, value);
  }
}
