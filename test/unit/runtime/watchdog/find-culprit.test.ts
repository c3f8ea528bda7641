import { findCulprit } from '../../../../src/runtime/watchdog/find-culprit';
import type { Frame } from '../../../../src/runtime/watchdog/take-stack';

const FOLDERS = [
  ['/lib/one', 'one'],
  ['/lib/one/node_modules/two', 'two'],
  ['/lib/three/', 'three'],
] as const;

const at = (file: string, line = 1): Frame => ({ name: 'f', file, line, column: 2 });
const find = (files: readonly string[], state?: { extension?: string }, entered?: string) =>
  findCulprit(
    { frames: files.map((file) => at(file)), state: state && { isDebugged: false, ...state } },
    FOLDERS,
    entered,
  );

describe('who holds the event loop', () => {
  it('is the extension whose file is topmost on the stack', () => {
    expect(find(['node:fs', '/lib/three/a.js', '/lib/one/b.js'], { extension: 'one' }, 'one')).toEqual({
      extension: 'three',
      place: { file: '/lib/three/a.js', line: 1, column: 2 },
    });
  });

  it('is the one of the innermost folder', () => {
    expect(find(['/lib/one/node_modules/two/a.js'])?.extension).toBe('two');
  });

  it('is nobody whose folder only begins like that', () => {
    expect(find(['/lib/one-more/a.js'])).toBeUndefined();
  });

  it('is the one that the code runs for where no file is an extension’s', () => {
    expect(find(['node:fs', '/platform/a.js'], { extension: 'one' }, 'two')).toEqual({ extension: 'one' });
  });

  it('is the one that was entered last without a stack', () => {
    expect(findCulprit(undefined, FOLDERS, 'two')).toEqual({ extension: 'two' });
    expect(findCulprit(undefined, FOLDERS, undefined)).toBeUndefined();
  });
});
