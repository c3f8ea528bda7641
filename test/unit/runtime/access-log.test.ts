import { Logging, type LoggedLine } from '../../../src/runtime/logging';
import type { AccessEntry } from '../../../src/gateway/access-entry';
import type { LogFormat } from '../../../src/runtime/settings';

const entry: AccessEntry = {
  method: 'GET',
  host: 'api.test',
  path: '/say/"Ready"',
  status: 200,
  milliseconds: 0.84,
  extension: 'users',
  complete: true,
};

/** What a log writes, each event by itself. */
function collect(format: LogFormat): { logging: Logging; texts: string[] } {
  const texts: string[] = [];
  const sink = (_line: LoggedLine, text: string): void => void texts.push(text);
  return { logging: new Logging({ level: 'info', format, sink }), texts };
}

describe('the access log', () => {
  it('writes a line for people', () => {
    const { logging, texts } = collect('human');
    logging.markerPrinted();
    const access = logging.access();
    access.add(entry);
    access.close();
    const line = /^\S+Z info {2}\[gateway\] GET api\.test\/say\/"Ready" 200 in 0\.8 ms \(users\)$/;
    expect(texts).toEqual([expect.stringMatching(line)]);
  });

  it('writes a line for programs, with all it knows and the keys in order, as any other line', () => {
    const { logging, texts } = collect('json');
    logging.markerPrinted();
    const access = logging.access();
    access.add(entry);
    access.close();
    const line = JSON.parse(texts[0]!) as Record<string, unknown>;
    expect(line).toMatchObject({ ...entry, level: 'info', scope: 'gateway' });
    expect(line.message).toBe('GET api.test/say/"Ready" 200 in 0.8 ms (users)');
    expect(Object.keys(line)).toEqual(Object.keys(line).sort());
  });

  it.each(['human', 'json'] as const)('writes what has come together in one piece, in order (%s)', (format) => {
    const { logging, texts } = collect(format);
    const access = logging.access();
    for (const path of ['/one', '/two', '/three']) access.add({ ...entry, path });
    access.close();
    expect(texts).toHaveLength(1);
    expect(texts[0]!.split('\n').map((line) => /api\.test\/(\w+)/.exec(line)?.[1])).toEqual(['one', 'two', 'three']);
  });

  it('does not look like the marker that clients wait for', () => {
    const { logging, texts } = collect('human');
    const access = logging.access();
    access.add(entry);
    access.close();
    expect(texts[0]).toContain('/say/"ready"');
  });
});
