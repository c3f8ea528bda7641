/** What the resources of the state have in common: the world of a request, its body, and how failures are answered. */
import { BacklotError, type ErrorCode } from '../../api/errors';
import type { PathValues, RequestContext } from '../../api/gateway';
import { HttpError } from '../../api/http-error';
import { didYouMean } from '../../api/nearest';
import type * as State from '../../state';
import type { StateHost, World } from '../../state';

/** What the resources need of a platform. */
export interface StateView {
  readonly isKept: boolean;
  /** What extensions keep; loaded when it is first asked for. */
  host(): StateHost;
  /** All that the state is made of; loaded when it is first asked for. */
  room(): typeof State;
  /** The version of an extension; undefined when it does not run. */
  versionOf(extension: string): string | undefined;
  /** The names of all extensions. */
  extensions(): readonly string[];
}

/** The largest body that is taken, in bytes. */
const BODY_LIMIT = 1024 * 1024;

const STATUS: Partial<Record<ErrorCode, number>> = {
  BACKLOT_E_REQUEST_INVALID: 400,
  BACKLOT_E_STATE_NAME_INVALID: 400,
  BACKLOT_E_CLOCK_INVALID: 400,
  BACKLOT_E_STATE_FILE_INVALID: 400,
  BACKLOT_E_STATE_FILE_NEWER: 400,
  BACKLOT_E_STATE_FILE_TRUNCATED: 400,
  BACKLOT_E_STATE_FILE_DAMAGED: 400,
  BACKLOT_E_STATE_FILE_CHECKSUM: 400,
  BACKLOT_E_EXTENSION_NOT_FOUND: 404,
  BACKLOT_E_STATE_SNAPSHOT_NOT_FOUND: 404,
  BACKLOT_E_SANDBOX_NOT_FOUND: 404,
  BACKLOT_E_WEBHOOK_NOT_FOUND: 404,
  BACKLOT_E_SANDBOX_EXISTS: 409,
  BACKLOT_E_STATE_FENCED: 409,
  BACKLOT_E_CLOCK_STUCK: 504,
  BACKLOT_E_STATE_WRITE_FAILED: 507,
};

/** Answers a failure with the status that its code means, and with what it says. */
export function told<Values extends PathValues>(
  run: (context: RequestContext<Values>) => unknown,
): (context: RequestContext<Values>) => Promise<unknown> {
  return async (context) => {
    try {
      return await run(context);
    } catch (error) {
      throw toldError(error);
    }
  };
}

/** The error that answers a failure; one without a status stays what it is. */
export function toldError(error: unknown): unknown {
  const status = error instanceof BacklotError ? STATUS[error.code] : undefined;
  if (!(error instanceof BacklotError) || status === undefined) return error;
  return new HttpError(status, error.message, { body: { error: error.toJSON() } });
}

/** The world that a request is for, as it is now. */
export function worldOf(host: StateHost, { request }: Pick<RequestContext, 'request'>): World {
  // The first request that uses the state has entered none.
  const { entered } = host.current;
  if (!entered) return host.select(request);
  if (!entered.world.gone) return entered.world;
  throw new BacklotError('BACKLOT_E_STATE_FENCED', `the sandbox "${entered.world.name}" was deleted meanwhile`);
}

/** The names of extensions that are asked for; undefined for all. Throws BACKLOT_E_EXTENSION_NOT_FOUND. */
export function ownersAsked(view: StateView, world: World, asked: unknown): string[] | undefined {
  if (asked === undefined) return undefined;
  if (!Array.isArray(asked) || !asked.every((name) => typeof name === 'string') || asked.length === 0) {
    throw invalid('"extensions" is a list of the names of extensions');
  }
  const known = [...new Set([...view.extensions(), ...view.host().ownersIn(world)])];
  const unknown = asked.find((name) => !known.includes(name));
  if (unknown === undefined) return asked;
  throw new BacklotError(
    'BACKLOT_E_EXTENSION_NOT_FOUND',
    `there is no extension "${unknown}"${didYouMean(unknown, known)}`,
  );
}

/** The JSON object in a request’s body, with no other keys than these; an empty one without a body. */
export async function readOptions(
  { body }: Pick<RequestContext, 'body'>,
  keys: readonly string[],
): Promise<Record<string, unknown>> {
  const text = await body.text({ limit: BODY_LIMIT });
  if (text.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(`the body is not valid JSON: ${(error as Error).message}`);
  }
  return objectWith(value, keys, 'the body');
}

/** A value that has to be a JSON object with no other keys than these. */
export function objectWith(value: unknown, keys: readonly string[], what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(`${what} is a JSON object`);
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown === undefined) return value as Record<string, unknown>;
  throw invalid(`unknown key "${unknown}" in ${what}${didYouMean(unknown, keys)}; the keys are ${keys.join(', ')}`);
}

export function invalid(message: string): BacklotError {
  return new BacklotError('BACKLOT_E_REQUEST_INVALID', message);
}
