import { BacklotError } from '../../api/errors';
import { credentialsFile } from './credentials-file';
import { CredentialsStore } from './credentials-store';
import { asRegistry, RegistryClient } from './registry-client';
import { showRegistry } from './registry-errors';
import { credentialsKey, readRegistrySettings, type RegistrySettings, type SettingsSources } from './registry-settings';

/** Which registry is meant: by its address, by the scope that it is set for, else the usual one. */
export interface RegistryChoice extends SettingsSources {
  readonly registry?: string;
  /** `@acme`, or without the `@`. */
  readonly scope?: string;
}

/** By what somebody logs in. */
export type Proof = { readonly user: string; readonly password: string } | { readonly token: string };

/** Who is logged in where. */
export interface LoggedIn {
  readonly registry: string;
  readonly scope?: string;
  /** Undefined when the registry cannot say whose token it is. */
  readonly user: string | undefined;
  /** Where the token is kept. */
  readonly file: string;
}

/** What a logout found and did. */
export interface LoggedOut {
  readonly registry: string;
  readonly file: string;
  /** Whether there were credentials in Backlot's own file. */
  readonly wasLoggedIn: boolean;
  /** Whether the registry was told to forget the token, and said that it did. */
  readonly revoked: boolean;
  /** A key of npm's own settings that still holds credentials for the registry. They are left alone. */
  readonly remains?: string;
}

/**
 * Logs in to a registry: gets a token, or takes the one given, sees that the registry knows it, and keeps it in Backlot's
 * file of credentials; with a scope, also that its packages come from there.
 *
 * Throws BACKLOT_E_OPTION_INVALID, BACKLOT_E_CREDENTIALS_NOT_WRITABLE, and what {@link RegistryClient} throws; nothing
 * is kept then.
 */
export async function logIn(choice: RegistryChoice, proof: Proof): Promise<LoggedIn> {
  const { registry, scope, settings } = await chosen(choice);
  const token =
    'token' in proof
      ? checkToken(proof.token)
      : await new RegistryClient(settings).login(registry, proof.user, proof.password);
  const user = await userOf(registry, token, settings, scope);
  const file = credentialsFile(choice.environment);
  await new CredentialsStore(file).keep(registry, token, scope);
  return { registry: showRegistry(registry), ...(scope === undefined ? {} : { scope }), user, file };
}

/** Removes what {@link logIn} kept, and has the registry forget the token where it does that. */
export async function logOut(choice: RegistryChoice): Promise<LoggedOut> {
  const { registry, scope, settings } = await chosen(choice);
  const file = credentialsFile(choice.environment);
  const key = credentialsKey(settings, registry);
  const wasLoggedIn = await new CredentialsStore(file).remove(registry, scope);
  const token = key?.endsWith(':_authToken') ? settings.values[key] : undefined;
  const after = await readRegistrySettings(choice);
  const remains = credentialsKey(after, registry);
  const isOurs = typeof token === 'string' && wasLoggedIn && (remains === undefined || after.values[remains] !== token);
  const revoked = isOurs && (await revoke(registry, token, settings));
  return {
    registry: showRegistry(registry),
    file,
    wasLoggedIn,
    revoked,
    ...(remains === undefined ? {} : { remains }),
  };
}

/** Who is logged in. Throws what {@link RegistryClient.whoami} throws. */
export async function whoAmI(choice: RegistryChoice): Promise<{ registry: string; user: string }> {
  const { registry, scope, settings } = await chosen(choice);
  const user = await new RegistryClient(settings).whoami(registry, scope);
  if (user !== undefined) return { registry: showRegistry(registry), user };
  const message = `the registry ${showRegistry(registry)} cannot say who is logged in`;
  throw new BacklotError('BACKLOT_E_REGISTRY_INVALID', message);
}

/** The registry that is meant, for a question before the login. Throws BACKLOT_E_OPTION_INVALID. */
export async function chosenRegistry(choice: RegistryChoice): Promise<string> {
  return showRegistry((await chosen(choice)).registry);
}

async function chosen(
  choice: RegistryChoice,
): Promise<{ registry: string; scope: string | undefined; settings: RegistrySettings }> {
  const scope = checkScope(choice.scope);
  const settings = await readRegistrySettings(choice);
  const registry = choice.registry ?? new RegistryClient(settings).registryOf(scope);
  return { registry: withoutUser(asRegistry(registry)), scope, settings };
}

function checkScope(written: string | undefined): string | undefined {
  if (written === undefined) return undefined;
  const scope = written.startsWith('@') ? written : `@${written}`;
  if (/^@[a-z0-9~-][a-z0-9._~-]*$/.test(scope)) return scope;
  throw new BacklotError('BACKLOT_E_OPTION_INVALID', `"${written}" is not a scope`, { remedy: 'Write it as @acme.' });
}

/** A token never has blanks; what has some is something else that was piped. */
function checkToken(written: string): string {
  const token = written.trim();
  if (token !== '' && !/[\s\p{Cc}]/u.test(token)) return token;
  const message = token === '' ? 'there is no token on standard input' : 'what came on standard input is not a token';
  throw new BacklotError('BACKLOT_E_OPTION_INVALID', message, {
    remedy: 'Pipe a token and nothing else, or run the command on a terminal, where it asks for name and password.',
  });
}

/** Sees that the registry knows the token, and whose it is. One that cannot say will tell with the first package. */
function userOf(
  registry: string,
  token: string,
  settings: RegistrySettings,
  scope: string | undefined,
): Promise<string | undefined> {
  const { host, pathname } = new URL(registry);
  const values = { ...settings.values, [`//${host}${pathname}:_authToken`]: token };
  return new RegistryClient({ ...settings, values }).whoami(registry, scope);
}

async function revoke(registry: string, token: string, settings: RegistrySettings): Promise<boolean> {
  try {
    await new RegistryClient(settings).revoke(registry, token);
    return true;
  } catch {
    // Many registries have no such thing, and one that is not there now shall not keep anybody from logging out.
    return false;
  }
}

function withoutUser(registry: string): string {
  const url = new URL(registry);
  url.username = '';
  url.password = '';
  return url.href;
}
