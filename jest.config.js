/** Unit tests mirror src/, integration tests run the built platform as a process, e2e tests need a Docker engine. */
const project = (name, options) => ({
  displayName: name,
  rootDir: __dirname,
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  testEnvironment: 'node',
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: '<rootDir>/test/tsconfig.json', diagnostics: false }] },
  modulePathIgnorePatterns: [
    '<rootDir>/dist',
    '<rootDir>/test/fixtures',
    '<rootDir>/templates',
    '<rootDir>/.tmp',
    '<rootDir>/.backlot',
  ],
  ...options,
});

module.exports = {
  projects: [
    project('unit'),
    project('integration'),
    project('e2e', {
      globalSetup: '<rootDir>/test/support/find-engine.ts',
      setupFiles: ['<rootDir>/test/support/testcontainers-environment.ts'],
    }),
  ],
  reporters: ['default', '<rootDir>/test/support/summary-reporter.js'],
  testTimeout: 60_000,
  // Each suite leaves some of what it loaded in its process: all of them are more than one can hold.
  workerIdleMemoryLimit: '1GB',
  collectCoverageFrom: ['src/**/*.ts'],
  coverageReporters: ['text-summary', 'lcov'],
};
