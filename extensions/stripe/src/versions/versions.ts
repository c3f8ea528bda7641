import type { StripeConfig } from '../config';
import { invalidRequest } from '../errors';
import { loadSpec, type Operation } from '../spec/spec';
import { CHANGES } from './changes';
import { acceptedThen } from './older-parameters';

/** A version: a day, and since 2024 the name of a release. */
const VERSION = /^\d{4}-\d\d-\d\d(\.[a-z]+)?$/;

/** The version of accounts that nobody chose one for. */
export function defaultVersion(config: StripeConfig): string {
  return config.apiVersion ?? loadSpec().version;
}

/** Gives the version back, or throws for what is none. */
export function checkVersion(version: string): string {
  if (VERSION.test(version)) return version;
  throw invalidRequest(
    `Invalid Stripe API version: ${version}. You do not need to specify the API version, but if you do, it must be one listed at https://stripe.com/docs/upgrades`,
  );
}

/** An answer as clients of a version expect it. The answer is of the newest version, and is left as it is. */
export function renderAt(version: string, answer: object): object {
  const changes = CHANGES.filter(({ since }) => isOlder(version, since));
  if (changes.length === 0) return answer;
  let rendered: unknown = answer;
  for (const { render } of changes) rendered = renderEach(rendered, render);
  return rendered as object;
}

/** The parameters that an operation took up to a version besides those of the newest, so that they are let through. */
export function acceptLegacy(operation: Operation, version: string): { readonly also: readonly string[] } {
  return {
    also: [
      ...acceptedThen(operation.key, version),
      ...CHANGES.flatMap(({ since, accepts }) => (isOlder(version, since) ? (accepts?.[operation.key] ?? []) : [])),
    ],
  };
}

/** Whether a version is from before a day. */
export function isOlder(version: string, since: string): boolean {
  return version.slice(0, since.length) < since;
}

/** Renders what is innermost first, so that a change sees its parts as older clients do. */
function renderEach(value: unknown, render: (object: Record<string, unknown>) => Record<string, unknown>): unknown {
  if (Array.isArray(value)) return value.map((each) => renderEach(each, render));
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([name, each]) => [name, renderEach(each, render)]));
  return typeof copy['object'] === 'string' ? render(copy) : copy;
}
