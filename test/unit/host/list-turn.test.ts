import path from 'node:path';
import { inTurn } from '../../../src/host/list-turn';
import { temporaryDirectory } from '../../support/temporary-directory';

describe('edits of a list', () => {
  const { XDG_CACHE_HOME } = process.env;
  beforeAll(() => (process.env.XDG_CACHE_HOME = temporaryDirectory()));
  afterAll(() => {
    if (XDG_CACHE_HOME === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = XDG_CACHE_HOME;
  });

  it('take turns, also when one fails, and not with those of another list', async () => {
    const folder = temporaryDirectory();
    const file = path.join(folder, 'extensions.json');
    const seen: string[] = [];
    let end = (): void => undefined;
    const say = (what: string) => (): Promise<void> => Promise.resolve(void seen.push(what));
    let first: Promise<void> | undefined;
    await new Promise<void>((begun) => {
      first = inTurn(file, async () => {
        begun();
        await new Promise<void>((resolve) => (end = resolve));
        seen.push('first ends');
        throw new Error('no');
      });
    });
    const second = inTurn(path.join(folder, '.', 'extensions.json'), say('second'));
    await inTurn(path.join(folder, 'other.json'), say('other'));
    end();
    await expect(first).rejects.toThrow('no');
    await second;
    expect(seen).toEqual(['other', 'first ends', 'second']);
  });
});
