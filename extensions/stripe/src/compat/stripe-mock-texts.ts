/** What stripe-mock says, for tests that compare it: https://github.com/stripe/stripe-mock, under the MIT licence. */

export const TEXTS = {
  authorization: (given: string) =>
    'Please authenticate by specifying an `Authorization` header with any valid looking testmode secret API key. ' +
    `For example, \`Authorization: Bearer sk_test_123\`. Authorization was '${given}'.`,
  version: (given: string, expected: string) =>
    `Version sent in \`Stripe-Version\` header '${given}' doesn't match version in OpenAPI specification '${expected}' ` +
    'which may have unintended consequences. This error was shown because stripe-mock  was started with `-stripe-version-check`.',
  noType: (expected: string) => `Request's \`Content-Type\` header was empty. Expected: \`${expected}\`.`,
  otherType: (expected: string, given: string) =>
    `Request's \`Content-Type\` didn't match the path's expected media type. Expected: \`${expected}\`. Was: \`${given}\`.`,
  path: (escape: string) => `Couldn't parse path parameters: invalid URL escape "${escape}"`,
  form: (escape: string) => `Couldn't parse query/body: invalid URL escape "${escape}"`,
  missing: (param: string) => `Request validation error: object property '${nameOf(param)}' is required`,
  unknown: (param: string) => `Request validation error: additional properties are not allowed: ${nameOf(param)}`,
  file: 'Stripe binary response',
} as const;

/** The name of a parameter without those around it: `number` of `card[number]`. */
function nameOf(param: string): string {
  return /\[([^[\]]+)\]$/.exec(param)?.[1] ?? param;
}
