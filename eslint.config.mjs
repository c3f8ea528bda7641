import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** What each room may import, beside itself: imports run one way. */
const ROOMS = {
  api: [],
  gateway: ['api'],
  engine: ['api'],
  state: ['api'],
  extensions: ['engine', 'gateway', 'state', 'api'],
  runtime: ['extensions', 'engine', 'gateway', 'state', 'api'],
  testing: ['runtime', 'extensions', 'gateway', 'state', 'api'],
  host: ['extensions', 'engine', 'gateway', 'api'],
  cli: ['host', 'runtime', 'extensions', 'engine', 'gateway', 'api'],
  bin: ['cli', 'runtime'],
};

const roomRules = Object.entries(ROOMS).map(([room, below]) => {
  const barred = Object.keys(ROOMS).filter((other) => other !== room && !below.includes(other));
  return {
    files: [`src/${room}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: `^(\\.\\./)+(${barred.join('|')})(/|$)`, message: `src/${room} may not import this room.` },
          ],
        },
      ],
    },
  };
});

export default tseslint.config(
  { ignores: ['**/dist/', 'coverage/', 'test/fixtures/', '**/node_modules/', '.tmp/', '.backlot/'] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
    },
  },
  ...roomRules,
  {
    files: ['extensions/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '(^|/)src/', message: 'An official extension uses only the public API.' }] },
      ],
    },
  },
  {
    files: ['templates/**/*.test.ts'],
    rules: {
      // The runner waits for its tests by itself.
      '@typescript-eslint/no-floating-promises': [
        'error',
        { allowForKnownSafeCalls: [{ from: 'package', package: 'node:test', name: ['test'] }] },
      ],
    },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: {
      parserOptions: { projectService: false },
      globals: Object.fromEntries(
        ['console', 'process', 'module', 'performance', 'require', '__dirname', 'fetch', 'AbortSignal'].map((name) => [
          name,
          'readonly',
        ]),
      ),
    },
    rules: { ...tseslint.configs.disableTypeChecked.rules, '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    files: ['extensions/*/browser/**/*.js'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'ResizeObserver',
          'URL',
          'URLSearchParams',
          'addEventListener',
          'document',
          'fetch',
          'location',
          'navigator',
          'parent',
          'removeEventListener',
          'setTimeout',
          'window',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
  { files: ['templates/*/public/*.js'], languageOptions: { globals: { document: 'readonly', fetch: 'readonly' } } },
  {
    files: ['examples/*.mjs'],
    languageOptions: { globals: { AbortSignal: 'readonly', console: 'readonly', fetch: 'readonly' } },
  },
);
