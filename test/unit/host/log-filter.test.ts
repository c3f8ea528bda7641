import type { LogLine } from '../../../src/engine/log-lines';
import { logFilter, LogScopes, type LogSelection } from '../../../src/host/log-filter';

const AT = '2026-01-02T12:00:01.204Z';
const line = (text: string, stream: LogLine['stream'] = 'stdout'): LogLine => ({
  time: new Date(0),
  stream,
  line: text,
});

function selected(lines: readonly LogLine[], selection: LogSelection): string[] {
  const scopes = new LogScopes();
  const isWanted = logFilter(selection);
  return lines.filter((each) => isWanted(scopes.of(each))).map((each) => each.line);
}

describe('the filter of a log', () => {
  const lines = [
    line(`${AT} info  [one] a`),
    line(`${AT} error [two] b`, 'stderr'),
    line('more of a'),
    line('    at b', 'stderr'),
    line('Ready.'),
    line('more of a, too'),
    line(`${AT} debug [gateway] c`),
    line('{"level":"warn","extension":"one","message":"d"}', 'stderr'),
  ];

  it('leaves lines to the one before them on their stream, but not the marker', () => {
    expect(selected(lines, { extensions: ['one'] })).toEqual([
      `${AT} info  [one] a`,
      'more of a',
      'more of a, too',
      '{"level":"warn","extension":"one","message":"d"}',
    ]);
    expect(selected(lines, { extensions: ['two'] })).toEqual([`${AT} error [two] b`, '    at b']);
  });

  it('takes a level and graver ones, and what has none', () => {
    expect(selected(lines, { level: 'error' })).toEqual([`${AT} error [two] b`, '    at b', 'Ready.']);
    expect(selected(lines, { level: 'info' })).toHaveLength(7);
    expect(selected(lines, { level: 'trace' })).toHaveLength(8);
    expect(selected(lines, { level: 'warn', extensions: ['one', 'two'] })).toHaveLength(3);
    expect(selected(lines, {})).toHaveLength(8);
  });
});
