import type { StripeConfig } from '../config';
import { LOCALSTRIPE_VERSION } from '../compat/localstripe-rules';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import type { RawHash } from '../parameters/form';
import { parameterValues } from '../parameters/validate';
import { fieldOf, type FieldInfo } from '../spec/shapes';
import { loadSpec, type Operation } from '../spec/spec';
import { CHANGES, type Change, type Fields } from './changes';

/** A version: a day, and since 2024 the name of a release. */
const VERSION = /^\d{4}-\d\d-\d\d(\.[a-z]+)?$/;

const DAY_LENGTH = '2024-06-20'.length;

/** The version of accounts that nobody chose one for. */
export function defaultVersion(config: StripeConfig): string {
  return config.apiVersion ?? (config.compat === 'localstripe' ? LOCALSTRIPE_VERSION : loadSpec().version);
}

/** The official command line sends no version, and its fixtures were written for accounts as they were then. */
export const COMMAND_LINE_VERSION = '2022-11-15';

/** Whether there is a version of a day. Those that came after the specification are not known, and may be. */
function isKnownDay(day: string): boolean {
  knownDays ??= new Set(readVersions().map((version) => version.slice(0, DAY_LENGTH)));
  return knownDays.has(day) || day > loadSpec().version.slice(0, DAY_LENGTH);
}

/** All versions, as webhook endpoints take them. */
function readVersions(): readonly string[] {
  const { operation } = loadSpec().find('POST', '/v1/webhook_endpoints')!;
  return parameterValues(operation, 'api_version');
}

let knownDays: ReadonlySet<string> | undefined;

/** Gives the version back, or throws for what is none; with `ofAnyDay`, only for what has not the form of one. */
export function checkVersion(version: string, ofAnyDay = false): string {
  if (VERSION.test(version) && (ofAnyDay || isKnownDay(version.slice(0, DAY_LENGTH)))) return version;
  throw invalidRequest(
    `Invalid Stripe API version: ${version}. You do not need to specify the API version, but if you do, it must be one listed at https://stripe.com/docs/upgrades`,
  );
}

/**
 * An answer as clients of a version expect it. The answer is of the newest version, and is left as it is. What other objects know
 * is only told where the backend is given.
 */
export function renderAt(version: string, answer: object, stripe?: Backend): object {
  let rendered: unknown = answer;
  for (const { since, render } of changesAfter(version)) {
    const show = (object: object): object => renderAt(since, object, stripe);
    if (render) rendered = renderEach(rendered, (object) => render(object, stripe, show));
  }
  return rendered as object;
}

/** The parameters that an operation took up to a version besides those of the newest, so that they are let through. */
export function acceptLegacy(operation: Operation, version: string): readonly string[] {
  return changesAfter(version).flatMap(({ accepts }) => accepts?.[operation.key] ?? []);
}

/** What a client of a version sent, as clients of the newest send it. */
export function translateParameters(stripe: Backend, operation: Operation, version: string, given: RawHash): RawHash {
  let translated = given;
  for (const { translate } of [...changesAfter(version)].reverse()) {
    const each = translate?.[operation.key];
    if (each) translated = each(translated, stripe);
  }
  return translated;
}

/** What a field of a kind held in a version. */
export function fieldAt(version: string, kind: string, name: string): FieldInfo | undefined {
  for (const { fields } of changesAfter(version)) {
    const former = fields?.[`${kind} ${name}`];
    if (former === undefined) continue;
    const isList = former.endsWith('[]');
    return { expandable: !isList, includable: isList, isList, kinds: [former.replace('[]', '')] };
  }
  return fieldOf(kind, name);
}

/** Whether a version is from before a day. */
export function isOlder(version: string, since: string): boolean {
  return version.slice(0, since.length) < since;
}

/** Whether nothing has changed since a version. */
export function isNewest(version: string): boolean {
  return !isOlder(version, CHANGES[0]!.since);
}

const NO_CHANGES: readonly Change[] = [];

/** Newest first. */
function changesAfter(version: string): readonly Change[] {
  return isNewest(version) ? NO_CHANGES : CHANGES.filter(({ since }) => isOlder(version, since));
}

/** Renders what is innermost first, so that a change sees its parts as older clients do. */
function renderEach(value: unknown, render: (object: Fields) => Fields): unknown {
  if (Array.isArray(value)) return value.map((each) => renderEach(each, render));
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([name, each]) => [name, renderEach(each, render)]));
  return typeof copy['object'] === 'string' ? render(copy) : copy;
}
