import { mask, maskAll } from '../../../../src/host/config/mask';

describe('what is shown of a configuration', () => {
  it.each([
    ['BACKLOT_ADMIN_TOKEN', 'abc'],
    ['apiKey', 'abc'],
    ['STRIPE_KEY', 'abc'],
    ['DATABASE_PASSWORD', 'abc'],
    ['anything', 'sk_test_123'],
    ['anything', 'ghp_123'],
  ])('hides %s=%s', (name, value) => {
    expect(mask(name, value)).toBe('***');
  });

  it.each([
    ['author', 'Ada'],
    ['monkey', 'yes'],
    ['DEBUG', '1'],
    ['BACKLOT_ADMIN_TOKEN', ''],
  ])('shows %s=%s', (name, value) => {
    expect(mask(name, value)).toBe(value);
  });

  it('hides what is in addresses, and deep in a configuration', () => {
    expect(mask('EXTENSION_AUTO_INSTALL', 'git+https://me:pw@example.com/x.git')).not.toContain('pw');
    expect(maskAll({ accounts: [{ id: 1, secretKey: 'x', tags: ['a'] }], webhookSecrets: ['a', 'b'] })).toEqual({
      accounts: [{ id: 1, secretKey: '***', tags: ['a'] }],
      webhookSecrets: ['***', '***'],
    });
  });
});
