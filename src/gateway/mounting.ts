/** How what is mounted under a path sees a request: without that path, as in Express. */
import type { GatewayRequest } from '../api/gateway';
import { PathPattern } from './routing/path-pattern';

/** The place of a mounted listener. */
export interface Mount {
  /** The paths that lead there. */
  readonly patterns: readonly string[];
  /** How many segments the path has that is taken off. */
  readonly depth: number;
}

/**
 * The place that a pattern (a path in which `*` alone has become `/*`) means; undefined for one whose end cannot be told.
 */
export function mountAt(pattern: string): Mount | undefined {
  const prefix = pattern.replace(/\/\*?$/, '');
  if (prefix.includes('{path}')) return undefined;
  let depth = prefix === '' ? 0 : undefined;
  return {
    patterns: prefix === '' ? ['/*'] : [prefix, `${prefix}/*`],
    get depth() {
      return (depth ??= new PathPattern(prefix).segments.length);
    },
  };
}

/** Takes the path of a mount off a request; gives what puts it back. */
export function enterMount({ depth }: Mount, request: GatewayRequest): () => void {
  const { url, baseUrl, params } = request;
  const end = endOfSegment(url, depth);
  const below = url.slice(end);
  request.url = below.startsWith('/') ? below : `/${below}`;
  request.baseUrl = baseUrl + url.slice(0, end);
  request.params = withoutRest(params);
  return () => void Object.assign(request, { url, baseUrl, params });
}

/** The parameters without the one that a final `*` takes. */
function withoutRest({ '*': _rest, ...params }: GatewayRequest['params']): GatewayRequest['params'] {
  return params;
}

/** Where the first so many segments of a raw URL end. The client may have encoded them in a way of its own. */
function endOfSegment(url: string, segments: number): number {
  let end = 0;
  for (let passed = 0; passed < segments; passed++) {
    const next = /[/?]/.exec(url.slice(end + 1));
    if (!next) return url.length;
    end += 1 + next.index;
    if (url[end] === '?') return end;
  }
  return end;
}
