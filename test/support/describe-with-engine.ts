/** `describe` when a Docker engine answers; else the tests are reported as skipped, with the reason in their name. */
export function describeWithEngine(name: string, tests: () => void): void {
  const missing = process.env.BACKLOT_TEST_NO_ENGINE;
  if (missing === undefined) describe(name, tests);
  else describe.skip(`${name} [skipped, no Docker engine: ${missing}]`, tests);
}
