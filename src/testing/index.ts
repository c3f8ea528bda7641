/** For the tests of extensions: what `import … from 'backlot/testing'` gives. */
export { BacklotError, type ErrorCode } from '../api/errors';
export { createTestPlatform, type TestPlatformOptions } from './create-test-platform';
export type { GivenExtension } from './given-extension';
export type { TestFetchInit } from './platform-fetch';
export type { LogEntry, TestPlatform } from './test-platform';
export type { TestClock } from './test-clock';
export type { TestSandbox, TestSandboxOptions } from './test-sandbox';
export type { StatePart, TestState } from './test-state';
export type { TestDelivery, TestDrained, TestWebhooks } from './test-webhooks';
