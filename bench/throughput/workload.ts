/** What every server of the bench is asked, and what it has to answer. */
export const CONNECTIONS = 64;

/** Ten hosts, each with twenty rules that have a parameter. All names are of one length, and so are all answers of a server. */
export const HOSTS: readonly string[] = Array.from({ length: 10 }, (_, n) => `service-${n}.localhost`);
/** Two digits each, for the same reason. */
export const ROUTES: readonly number[] = Array.from({ length: 20 }, (_, n) => 10 + n);

/** What runs beside the endpoint, for every request. */
export const CHAIN = { request: 10, response: 8, finalizer: 2 } as const;

export interface Target {
  readonly host: string;
  readonly path: string;
  /** The body of the answer. */
  readonly body: string;
}

/** The path of a rule, in the syntax that all routers share. */
export function rulePath(route: number): string {
  return `/r${route}/items/:id`;
}

/** What an endpoint gives. */
export function answer(host: string, route: number, id: string): { host: string; route: number; id: string } {
  return { host, route, id };
}

/** One request to each of the rules, in an order that jumps between hosts. */
export function targets(): Target[] {
  const count = HOSTS.length * ROUTES.length;
  return Array.from({ length: count }, (_, n) => {
    const host = HOSTS[n % HOSTS.length]!;
    const route = ROUTES[(n * 7 + Math.floor(n / HOSTS.length)) % ROUTES.length]!;
    const id = String(10_000 + n * 37);
    return {
      host,
      path: rulePath(route).replace(':id', id),
      body: JSON.stringify(answer(host, route, id)),
    };
  });
}
