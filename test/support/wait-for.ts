/** Waits until a condition holds, looking every few milliseconds; throws after `limit` milliseconds. */
export async function waitFor(what: string, holds: () => unknown, limit = 5_000): Promise<void> {
  const end = Date.now() + limit;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited ${limit} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
