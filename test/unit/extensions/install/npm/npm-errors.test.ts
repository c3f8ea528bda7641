import { installError, npmErrorOf } from '../../../../../src/extensions/install/npm/npm-errors';

/** What npm 11 writes with --json --loglevel=error when it fails. */
function said(code: string, summary: string, detail = '', words: readonly string[] = [summary]) {
  const lines = [`code ${code}`, ...words, 'A complete log of this run can be found in: /cache/_logs/x-debug-0.log'];
  return {
    code: 1,
    stdout: `${JSON.stringify({ error: { code, summary, detail } }, undefined, 2)}\n`,
    stderr: lines.map((line) => `npm error ${line}\n`).join(''),
  };
}

const notFound = (spec: string) =>
  said(
    'E404',
    'Not Found - GET https://registry.example/x',
    `The requested resource '${spec}' could not be found or you do not have permission to access it.\n\nNote that …`,
    ['404 Not Found - GET https://registry.example/x', '404', '404 Note that you can also install from a'],
  );

describe('an error of npm', () => {
  it('is a package that does not exist', () => {
    const error = installError(notFound('backlot-extension-strpie@latest'), 'backlot-extension-strpie');
    expect(error.code).toBe('BACKLOT_E_PACKAGE_NOT_FOUND');
    expect(error.message).toBe('there is no package named backlot-extension-strpie in the registry');
  });

  it('is a dependency that does not exist, and says whose', () => {
    expect(installError(notFound('@acme/left@^1'), '@acme/ledger@^2').message).toBe(
      'there is no package named @acme/left in the registry, which @acme/ledger@^2 needs',
    );
  });

  it('is a version that does not exist', () => {
    const error = installError(said('ETARGET', 'No matching version found for ms@^99.'), 'ms@^99');
    expect(error.code).toBe('BACKLOT_E_VERSION_NOT_FOUND');
    expect(error.message).toBe('no version matches ms@^99');
  });

  it('is a version of a dependency that does not exist, and says whose', () => {
    const error = installError(said('ETARGET', 'No matching version found for ms@^99.'), 'file:./mine');
    expect(error.message).toBe('no version matches ms@^99, which file:./mine needs');
  });

  it.each(['ENOTFOUND', 'ECONNREFUSED', 'ETIMEDOUT', 'EAI_AGAIN', 'E503'])(
    'is a registry that did not answer: %s',
    (code) => {
      const error = installError(said(code, 'request to https://registry.example/ms failed, reason: dead'), 'ms');
      expect(error.code).toBe('BACKLOT_E_REGISTRY_UNREACHABLE');
      expect(error.message).toBe(
        'ms could not be fetched: request to https://registry.example/ms failed, reason: dead',
      );
    },
  );

  it('is a registry that stalls', () => {
    const error = installError(said('FETCH_ERROR', 'network timeout at: https://registry.example/ms'), 'ms');
    expect(error.code).toBe('BACKLOT_E_REGISTRY_UNREACHABLE');
  });

  it.each([
    ['a volume that cannot be written to', 'EACCES', 'BACKLOT_E_VOLUME_NOT_WRITABLE'],
    ['a volume that cannot be written to', 'EROFS', 'BACKLOT_E_VOLUME_NOT_WRITABLE'],
    ['a full disk', 'ENOSPC', 'BACKLOT_E_VOLUME_FULL'],
    ['a registry that refuses', 'E401', 'BACKLOT_E_REGISTRY_REFUSED'],
    ['a registry that refuses', 'E403', 'BACKLOT_E_REGISTRY_REFUSED'],
    ['bytes that have changed', 'EINTEGRITY', 'BACKLOT_E_INTEGRITY'],
    ['a registry that answers garbage', 'EJSONPARSE', 'BACKLOT_E_REGISTRY_INVALID'],
    ['a package that was never fetched', 'ENOTCACHED', 'BACKLOT_E_OFFLINE'],
  ])('is %s: %s', (_what, npmCode, code) => {
    const error = installError(said(npmCode, `${npmCode}: it went wrong`), 'ms');
    expect(error.code).toBe(code);
    expect(error.message).toContain(`${npmCode}: it went wrong`);
  });

  it('is anything else, in the words of npm, without its prefixes and the path of its log', () => {
    const error = installError(said('TAR_BAD_ARCHIVE', 'TAR_BAD_ARCHIVE: Unrecognized archive format'), './x.tgz');
    expect(error.code).toBe('BACKLOT_E_INSTALL_FAILED');
    expect(error.message).toBe('./x.tgz could not be installed: TAR_BAD_ARCHIVE: Unrecognized archive format');
    expect(error.cause).toBe('TAR_BAD_ARCHIVE: Unrecognized archive format');
  });

  it('is read from the words on stderr when there is no JSON', () => {
    const { stderr } = said('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:1');
    expect(npmErrorOf({ stdout: '', stderr })).toEqual({
      code: 'ECONNREFUSED',
      summary: 'connect ECONNREFUSED 127.0.0.1:1',
      detail: '',
    });
  });

  it('is the exit code when npm says nothing', () => {
    expect(installError({ code: 137, stdout: '', stderr: '' }, 'ms').message).toBe(
      'ms could not be installed: npm ended with exit code 137',
    );
  });

  it('keeps the last 20 lines that npm wrote', () => {
    const words = Array.from({ length: 50 }, (_, index) => `line ${index}`);
    const { cause } = installError(said('EWHAT', 'what', '', words), 'ms');
    expect(String(cause).split('\n')).toEqual(words.slice(-20));
  });
});
