import { checkVariables, settingsOf } from '../../../src/runtime/check-variables';

describe('the variables of an environment', () => {
  it('are settings with who says so, be it with the prefix of LocalStack', () => {
    const settings = settingsOf({ LOCALSTACK_DEBUG: '1', LS_LOG: ' trace ', PERSISTENCE: '' }, 'host');
    const find = (name: string) => settings.find((setting) => setting.name === name);
    expect(find('DEBUG')).toEqual({ name: 'DEBUG', value: '1', variable: 'LOCALSTACK_DEBUG' });
    expect(find('LS_LOG')).toEqual({ name: 'LS_LOG', value: 'trace', variable: 'LS_LOG' });
    expect(find('PERSISTENCE')).toEqual({ name: 'PERSISTENCE', value: '0', variable: undefined });
  });

  it('that an image sets as its own defaults are defaults in it', () => {
    const environment = { GATEWAY_LISTEN: '0.0.0.0:4566', BACKLOT_VOLUME: '/elsewhere' };
    const settings = settingsOf(environment, 'image');
    const find = (name: string) => settings.find((setting) => setting.name === name);
    expect(find('GATEWAY_LISTEN')?.variable).toBeUndefined();
    expect(find('BACKLOT_VOLUME')?.variable).toBe('BACKLOT_VOLUME');
    expect(find('BACKLOT_INIT_DIRS')?.variable).toBeUndefined();
  });

  it.each([
    ['BACKLOT_HOK_TIMEOUT', 'Write BACKLOT_HOOK_TIMEOUT.'],
    ['LOCALSTACK_DEBUGG', 'Write DEBUG.'],
    ['EXTENSION_AUTOINSTALL', 'Write EXTENSION_AUTO_INSTALL.'],
    ['BACKLOT_QUUX', 'docs/reference/configuration.md lists all settings.'],
  ])('that nothing reads are pointed out: %s', (variable, action) => {
    expect(checkVariables({ [variable]: '1' })).toEqual([
      { variable, kind: 'name', message: `${variable} is no setting of Backlot, and does nothing`, action },
    ]);
  });

  it('with a wrong value say what a value must be', () => {
    expect(checkVariables({ LOCALSTACK_DEBUG: 'maybe' })).toEqual([
      {
        variable: 'LOCALSTACK_DEBUG',
        kind: 'value',
        message: 'LOCALSTACK_DEBUG=maybe: must be 0 or 1',
        action: 'Give 0 or 1.',
      },
    ]);
  });

  it('of others, and those that everybody who has used LocalStack has, are left alone', () => {
    const others = { PATH: '/bin', HOME: '/', LOCALSTACK_AUTH_TOKEN: 'x', LOCALSTACK_HOST: 'localhost', NODE_ENV: 'x' };
    expect(checkVariables({ ...others, MAIN_CONTAINER_NAME: 'a', IMAGE_NAME: 'b', BACKLOT_PORT: '1' })).toEqual([]);
  });
});
