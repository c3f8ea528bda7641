import { parseLogLine } from '../../../src/host/log-line';

describe('a line of the platform’s log', () => {
  it.each([
    ['12:00:01.204 info  [hello-world] text', 'hello-world', 'info'],
    ['2026-01-02T12:00:01.204Z error [hello-world] text', 'hello-world', 'error'],
    ['2026-01-02T12:00:01.204Z warn  [hello-world] [gateway] is part of the text', 'hello-world', 'warn'],
    ['12:00:01.204 info  [gateway] text', undefined, 'info'],
    ['12:00:01.204 info  [extensions] hello-world 0.1.0 loaded', undefined, 'info'],
    ['12:00:01.204 info  [runtime] text', undefined, 'info'],
    ['12:00:01.204 info  [init] text', undefined, 'info'],
    [
      '{"timestamp":"2026-01-02T12:00:01.204Z","level":"info","extension":"hello-world","message":"m"}',
      'hello-world',
      'info',
    ],
    ['{"timestamp":"2026-01-02T12:00:01.204Z","level":"warn","scope":"gateway","message":"m"}', undefined, 'warn'],
  ])('%s', (line, extension, level) => {
    expect(parseLogLine(line)).toEqual({ extension, level });
  });

  it.each([
    'Ready.',
    '',
    '    at Object.<anonymous> (file.js:1:1)',
    '[hello-world] text',
    '{"extension":"x"}',
    '{ broken',
  ])('says nothing when something else wrote it: %j', (line) => {
    expect(parseLogLine(line)).toEqual({ extension: undefined, level: undefined });
  });
});
