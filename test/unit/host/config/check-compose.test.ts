import path from 'node:path';
import { composeFileIn, servicesIn } from '../../../../src/host/config/check-compose';
import { temporaryDirectory } from '../../../support/temporary-directory';

function compose(text: string): string {
  return path.join(temporaryDirectory({ 'compose.yaml': text }), 'compose.yaml');
}

function attempt(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}

describe('a compose file', () => {
  it.each(['backlot:0.1.0', '${IMAGE_NAME:-backlot:0.1.0}', 'ghcr.io/acme/backlot', 'localstack/localstack:4.1'])(
    'runs Backlot with the image %s',
    (image) => {
      const [service, ...others] = servicesIn(
        compose(`services:\n  a:\n    image: ${image}\n  b: { image: postgres }`),
      );
      expect(service).toMatchObject({ name: 'a', environment: {} });
      expect(others).toEqual([]);
    },
  );

  it('has variables as a map or as a list, with what compose makes of them, and the place of each', () => {
    const file = compose(
      [
        'services:',
        '  one:',
        '    image: backlot:1',
        '    environment:',
        '      DEBUG: 1',
        '      LS_LOG: ${LS_LOG:-warn}',
        '      TAKEN_FROM_OUTSIDE:',
        '  two:',
        '    image: backlot:1',
        '    environment:',
        '      - PERSISTENCE=1',
        '      - TAKEN_FROM_OUTSIDE',
      ].join('\n'),
    );
    const [one, two] = servicesIn(file);
    expect(one?.environment).toEqual({ DEBUG: '1', LS_LOG: 'warn' });
    expect(two?.environment).toEqual({ PERSISTENCE: '1' });
    expect(one?.placeOf('LS_LOG')).toMatchObject({ file, line: 6 });
    expect(two?.placeOf('PERSISTENCE')).toMatchObject({ file, line: 11 });
  });

  it('that is no YAML is an error with its place', () => {
    const file = compose('services:\n  a: [1\n');
    const mistake = attempt(() => servicesIn(file));
    expect(mistake).toMatchObject({ code: 'BACKLOT_E_OPTION_INVALID', where: { file } });
  });

  it('is found under each of its names, or not', () => {
    expect(composeFileIn(temporaryDirectory())).toBeUndefined();
    const folder = temporaryDirectory({ 'docker-compose.yml': 'services: {}' });
    expect(composeFileIn(folder)).toBe(path.join(folder, 'docker-compose.yml'));
  });
});
