import { gitError } from '../../../../../src/extensions/sources/git/git-errors';

const errorOf = (stderr: string): { code: string; message: string; remedy: string } =>
  gitError({ code: 128, stdout: '', stderr }, 'the host example.com', 'repository https://example.com/r');

/** What git 2.30 to 2.50, ssh and the servers of the large hosts say. */
describe('what git says about a remote', () => {
  it.each([
    "fatal: unable to access 'https://example.com/r/': Could not resolve host: example.com",
    "fatal: unable to access 'https://example.com/r/': Failed to connect to example.com port 443 after 2 ms: Couldn't connect to server",
    "fatal: unable to access 'https://example.com/r/': The requested URL returned error: 502",
    "fatal: unable to access 'https://example.com/r/': SSL certificate problem: self-signed certificate",
    "fatal: unable to access 'https://example.com/r/': server certificate verification failed. CAfile: none CRLfile: none",
    "fatal: unable to access 'https://example.com/r/': Empty reply from server",
    'fatal: unable to look up example.com (port 9418) (Name or service not known)',
    'fatal: unable to connect to example.com:\nexample.com[0: 127.0.0.1]: errno=Connection refused',
    'ssh: Could not resolve hostname example.com: Name or service not known\nfatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.',
    'ssh: connect to host example.com port 22: Connection timed out\nfatal: Could not read from remote repository.',
    'kex_exchange_identification: Connection closed by remote host\nfatal: Could not read from remote repository.',
    'Host key verification failed.\nfatal: Could not read from remote repository.',
    'error: RPC failed; curl 56 GnuTLS recv error (-110)\nfatal: early EOF',
  ])('is about the host: %s', (words) => {
    expect(errorOf(words)).toMatchObject({
      code: 'BACKLOT_E_HOST_UNREACHABLE',
      message: expect.stringContaining('the host example.com') as string,
    });
  });

  it.each([
    "remote: Repository not found.\nfatal: repository 'https://example.com/r/' not found",
    "fatal: repository 'https://example.com/r/' not found",
    "fatal: could not read Username for 'https://example.com': terminal prompts disabled",
    "remote: HTTP Basic: Access denied\nfatal: Authentication failed for 'https://example.com/r/'",
    "fatal: unable to access 'https://example.com/r/': The requested URL returned error: 403",
    'remote: The project you were looking for could not be found or you don’t have permission to view it.',
    'git@example.com: Permission denied (publickey).\nfatal: Could not read from remote repository.',
    'ERROR: Repository not found.\nfatal: Could not read from remote repository.',
    "fatal: '/r' does not appear to be a git repository\nfatal: Could not read from remote repository.",
    'fatal: remote error: access denied or repository not exported: /r',
    'fatal: https://example.com/r/info/refs not valid: is this a git repository?',
  ])('is about the repository: %s', (words) => {
    expect(errorOf(words)).toMatchObject({
      code: 'BACKLOT_E_REPOSITORY_NOT_FOUND',
      message: 'there is no repository https://example.com/r, or it may not be read',
    });
  });

  it('is about a repository of another user', () => {
    expect(errorOf("fatal: detected dubious ownership in repository at '/r'")).toMatchObject({
      code: 'BACKLOT_E_REPOSITORY_NOT_FOUND',
      remedy: expect.stringContaining('safe.directory') as string,
    });
  });

  it('is about the disk', () => {
    expect(errorOf('fatal: write error: No space left on device\nfatal: index-pack failed')).toMatchObject({
      code: 'BACKLOT_E_VOLUME_NOT_WRITABLE',
      remedy: 'Make room on the disk.',
    });
  });

  it('is passed on when it is not understood, without the progress', () => {
    const error = errorOf('remote: Counting objects: 100% (3/3)\rremote: done.\nfatal: something new\n');
    expect(error).toMatchObject({
      code: 'BACKLOT_E_INSTALL_FAILED',
      cause: expect.not.stringContaining('Counting') as string,
    });
    expect(error.message).toBe('repository https://example.com/r could not be fetched: something new');
    expect(errorOf('').message).toMatch(/git ended with exit code 128/);
  });
});
