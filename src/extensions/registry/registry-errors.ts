import { BacklotError } from '../../api/errors';
import { credentialsKey, type RegistrySettings, secretsOf } from './registry-settings';

/** What was asked of which registry. */
export interface RegistryCall {
  /** What could not be done, for the message: `read the package x`. */
  readonly what: string;
  readonly registry: string;
  readonly settings: RegistrySettings;
  /** More that must not be shown, such as a password that was typed. */
  readonly secrets?: readonly string[];
  /** `@acme`, where the package has one. */
  readonly scope?: string;
}

/** The errors of npm-registry-fetch, as far as they matter here. */
interface FetchFailure {
  readonly code?: string;
  readonly type?: string;
  readonly statusCode?: number;
  readonly message?: string;
  readonly body?: { readonly error?: unknown; readonly message?: unknown };
}

/** Statuses by which a registry says that it wants to know who asks, or does not let them. */
const REFUSALS = [401, 403];
/** Statuses of a registry that may answer later. */
const BUSY = [408, 420, 429];

/** The status of a failed request; undefined when there was no answer. */
export function statusOf(thrown: unknown): number | undefined {
  return (thrown as FetchFailure).statusCode;
}

/**
 * The BacklotError for what npm-registry-fetch threw: BACKLOT_E_REGISTRY_REFUSED, BACKLOT_E_REGISTRY_UNREACHABLE or
 * BACKLOT_E_REGISTRY_INVALID. No secret of the settings is in it, nor in its cause.
 */
export function registryError(thrown: unknown, call: RegistryCall): BacklotError {
  if (thrown instanceof BacklotError) return thrown;
  const { statusCode, code, type, message, body } = thrown as FetchFailure;
  const hide = (text: string): string => withoutSecrets(text, call);
  const where = showRegistry(call.registry);
  if (statusCode === undefined) {
    const isLate = code === 'ETIMEDOUT' || type === 'request-timeout' || type === 'body-timeout';
    const why = isLate ? 'it did not answer in time' : hide(code ?? '') || 'no answer';
    return new BacklotError('BACKLOT_E_REGISTRY_UNREACHABLE', `the registry ${where} did not ${call.what}: ${why}`, {
      cause: hide(message ?? String(thrown)),
    });
  }
  const said = body?.error ?? body?.message;
  const words = typeof said === 'string' && said !== '' ? `, "${hide(said).slice(0, 300)}"` : '';
  const status = `HTTP ${statusCode}${words}`;
  if (REFUSALS.includes(statusCode)) return refused(status, call);
  if (statusCode >= 500 || BUSY.includes(statusCode)) {
    const text = `the registry ${where} did not ${call.what}: ${status}`;
    return new BacklotError('BACKLOT_E_REGISTRY_UNREACHABLE', text, { remedy: 'Try again later.' });
  }
  return invalidAnswer(call, status);
}

/** BACKLOT_E_REGISTRY_REFUSED, with whether credentials were sent and what to run. */
export function refused(status: string, call: RegistryCall): BacklotError {
  const { settings, registry, what } = call;
  const key = credentialsKey(settings, registry);
  const sent = key === undefined ? 'no credentials were sent' : `the credentials of ${key} were sent`;
  const unreadable =
    settings.unreadable.length === 0 ? '' : ` (${settings.unreadable.join(' and ')} could not be read)`;
  const message = `the registry ${showRegistry(registry)} refused to ${what}: ${status}; ${sent}${unreadable}`;
  return new BacklotError('BACKLOT_E_REGISTRY_REFUSED', message, { remedy: `Run \`${loginCommand(call)}\`.` });
}

/** BACKLOT_E_REGISTRY_INVALID for an answer that no registry would give. */
export function invalidAnswer({ registry, what }: RegistryCall, answer: string): BacklotError {
  const message = `the registry ${showRegistry(registry)} did not ${what}: it answered ${answer}`;
  return new BacklotError('BACKLOT_E_REGISTRY_INVALID', message);
}

/** The command that makes the registry known. */
export function loginCommand({ registry, scope }: Pick<RegistryCall, 'registry' | 'scope'>): string {
  return `backlot login --registry ${showRegistry(registry)}${scope === undefined ? '' : ` --scope ${scope}`}`;
}

/** The address without a user or a password in it. */
export function showRegistry(registry: string): string {
  return withoutUserInfo(registry);
}

function withoutSecrets(text: string, { settings, secrets = [] }: RegistryCall): string {
  const hidden = [...secretsOf(settings), ...secrets].filter((secret) => secret !== '');
  return hidden.reduce((shown, secret) => shown.replaceAll(secret, '***'), withoutUserInfo(text));
}

function withoutUserInfo(text: string): string {
  return text.replace(/\/\/[^/@\s]+@/g, '//');
}
