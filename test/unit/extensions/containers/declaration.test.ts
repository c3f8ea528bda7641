import { checkDeclaration } from '../../../../src/extensions/containers/declaration';
import { temporaryDirectory } from '../../../support/temporary-directory';

const folder = temporaryDirectory({ 'server/Dockerfile': 'FROM scratch' });
const check = (given: object) => checkDeclaration(given, 'thing', folder);

describe('the declaration of a container', () => {
  it('may be an image and nothing else', () => {
    expect(check({ image: 'redis:7' })).toMatchObject({
      source: { image: 'redis:7' },
      ports: {},
      health: { kind: 'runs' },
      timeout: 60_000,
      stopTimeout: 5,
    });
  });

  it('names the folder of a build relative to the package', () => {
    expect(check({ build: './server' }).source).toEqual({ folder: `${folder}/server` });
  });

  it.each([
    [{}, { kind: 'tcp', port: 80 }],
    [{ healthy: { http: '/health' } }, { kind: 'http', path: '/health', port: 81, status: undefined }],
    [{ healthy: { http: '/', port: 'web', status: 204 } }, { kind: 'http', path: '/', port: 80, status: 204 }],
    [{ healthy: { tcp: 81 } }, { kind: 'tcp', port: 81 }],
    [{ healthy: { docker: true } }, { kind: 'docker' }],
    [{ healthy: { log: /up/gi } }, { kind: 'log', pattern: /up/i }],
  ])('with %j is healthy by %j', (declaration, health) => {
    expect(check({ image: 'x', ports: { web: 80, http: 81 }, ...declaration }).health).toEqual(health);
  });

  it.each([
    [{}, 'it has either an "image" or a "build"'],
    [{ image: 'x', build: './server' }, 'it has either an "image" or a "build"'],
    [{ image: '' }, 'its "image" is empty'],
    [{ image: 'x', port: { http: 80 } }, 'there is no "port" (did you mean "ports"?)'],
    [{ build: './nothing' }, `build is "./nothing", and there is no ${folder}/nothing/Dockerfile`],
    [{ image: 'x', ports: { http: 0 } }, 'the port "http" is 0, which is no port'],
    [
      { image: 'x', ports: { http: 80 }, healthy: { tcp: 'htpt' } },
      'there is no port "htpt" (did you mean "http"?); it has http: 80',
    ],
    [{ image: 'x', healthy: { tcp: 80 } }, 'there is no port "80"; it declares none'],
    [{ image: 'x', ports: { http: 80 }, healthy: { http: 'health' } }, 'the path "health" does not start with "/"'],
    [{ image: 'x', healthy: { htpt: '/' } }, 'there is no "htpt" (did you mean "http"?)'],
    [{ image: 'x', healthy: {} }, 'it is one of { http: "/path" }'],
    [{ image: 'x', healthy: { docker: false } }, 'it is one of { http: "/path" }'],
    [{ image: 'x', volumes: { data: 'data' } }, 'the volume "data" is at "data", which is no absolute path'],
    [{ image: 'x', volumes: { './../data': '/data' } }, '"./../data" is neither the name of a volume nor a folder'],
    [{ image: 'x', volumes: { '/etc': '/data' } }, '"/etc" is neither the name of a volume nor a folder'],
    [{ image: 'x', timeout: -1 }, 'timeout is -1, which is no number of seconds'],
  ])('%j is refused: %s', (declaration, message) => {
    const failure = { code: 'BACKLOT_E_DECLARATION_INVALID', where: { extension: 'thing' } };
    let thrown: unknown;
    try {
      check(declaration);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ ...failure, message: expect.stringContaining(message) as string });
  });
});
