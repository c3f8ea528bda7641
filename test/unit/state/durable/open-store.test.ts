import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { BacklotError } from '../../../../src/api/errors';
import { openStore, type World, type Worlds } from '../../../../src/state';
import { codeOf, stateIn, withWorlds } from '../../../support/state-kit';
import { temporaryDirectory } from '../../../support/temporary-directory';

const items = (worlds: Worlds, world?: World) =>
  stateIn(worlds, { world }).collection<unknown>('items', { indexes: { text: (value) => String(value) } });

/** Does each work with worlds that were opened for it alone. Gives what the last one gave. */
async function inTurn(folder: string, ...works: ((worlds: Worlds) => unknown)[]): Promise<unknown> {
  let last: unknown;
  for (const work of works) last = await withWorlds(openStore({ folder }), work);
  return last;
}

const dataFile = (folder: string): string => path.join(folder, 'store', 'data.mdb');

describe('a store on the volume', () => {
  it('keeps values, bytes, and keys of all kinds', async () => {
    const folder = temporaryDirectory();
    const keys = ['', 'a', '\ud800', 0, -1.5, 1e300, [], ['a', 1], 'x'.repeat(5000), ['y'.repeat(3000), 5]];
    await inTurn(
      folder,
      (worlds) => {
        for (const [i, key] of keys.entries()) items(worlds).put(key, { i, text: 'ü\ud800\u0000' });
        stateIn(worlds)
          .bytes('blobs')
          .put(
            'a',
            Uint8Array.from({ length: 100_000 }, (_, i) => i),
          );
        items(worlds).put('x'.repeat(5001), 'gone');
        items(worlds).delete('x'.repeat(5001));
      },
      (worlds) => {
        expect(items(worlds).count()).toBe(keys.length);
        for (const [i, key] of keys.entries()) expect(items(worlds).get(key)).toEqual({ i, text: 'ü\ud800\u0000' });
        const blob = stateIn(worlds).bytes('blobs').get('a') as Uint8Array;
        expect([blob.length, blob[99_999]]).toEqual([100_000, 99_999 & 0xff]);
        expect(items(worlds).by('text').count({ equals: '[object Object]' })).toBe(keys.length);
      },
    );
  });

  it('keeps extensions, collections, snapshots, sandboxes and what a reset returns to', async () => {
    const folder = temporaryDirectory();
    await inTurn(
      folder,
      (worlds) => {
        items(worlds).put('seeded', 1);
        worlds.setBeginning();
        items(worlds).put('a', 1);
        stateIn(worlds, { owner: 'bank' }).collection('items').put('a', 'bank');
        worlds.save('one');
        items(worlds).delete('seeded');
        items(worlds).put('a', 2);
        items(worlds, worlds.sandbox('of-one', { from: 'one' })).put('b', 1);
        items(worlds, worlds.sandbox('of-base')).delete('seeded');
        worlds.sandbox('untouched', { from: 'one' });
      },
      (worlds) => {
        const entries = (name: string) => [...items(worlds, worlds.get(name)).entries()];
        expect(entries('')).toEqual([['a', 2]]);
        expect(entries('of-one')).toEqual([['a', 1], ['b', 1], ['seeded', 1]]); // prettier-ignore
        expect(entries('of-base')).toEqual([]);
        expect(entries('untouched')).toEqual([['a', 1], ['seeded', 1]]); // prettier-ignore
        expect(worlds.get('of-one')?.from).toBe('one');
        expect(stateIn(worlds, { owner: 'bank' }).collection('items').get('a')).toBe('bank');
        worlds.restore('one');
        expect(entries('')).toEqual([['a', 1], ['seeded', 1]]); // prettier-ignore
        items(worlds).clear();
        items(worlds).put('z', 1);
      },
      (worlds) => {
        expect([...items(worlds).entries()]).toEqual([['z', 1]]);
        worlds.reset(worlds.base);
        expect([...items(worlds).entries()]).toEqual([['seeded', 1]]);
        worlds.delete('of-base');
      },
      (worlds) => {
        expect([...items(worlds).entries()]).toEqual([['seeded', 1]]);
        expect(stateIn(worlds, { owner: 'bank' }).collection('items').count()).toBe(0);
        expect(worlds.list().map(({ name }) => name)).toEqual(['', 'of-one', 'untouched']);
      },
    );
  });

  it('has nothing of a transaction that was undone', async () => {
    const folder = temporaryDirectory();
    await inTurn(
      folder,
      (worlds) => {
        const failing = (): void =>
          stateIn(worlds).transaction(() => {
            items(worlds).put('a', 1);
            throw new Error('no');
          });
        expect(failing).toThrow('no');
        items(worlds).put('b', 1);
      },
      (worlds) => expect([...items(worlds).keys()]).toEqual(['b']),
    );
  });

  it('does not grow with each snapshot and reset', async () => {
    const folder = temporaryDirectory();
    const fill = (worlds: Worlds): void => {
      stateIn(worlds).transaction(() => {
        for (let n = 0; n < 500; n++) items(worlds).put(n, 'x'.repeat(200));
      });
    };
    const sizes: number[] = [];
    for (let round = 0; round < 8; round++) {
      await inTurn(folder, async (worlds) => {
        for (let n = 0; n < 4; n++) {
          fill(worlds);
          worlds.save('one');
          worlds.reset(worlds.base);
        }
        // What nobody needs is removed in the background.
        await new Promise((resolve) => setTimeout(resolve, 500));
      });
      sizes.push(readFileSync(dataFile(folder)).length);
    }
    expect(sizes[7]).toBeLessThan((sizes[1] as number) * 1.5);
    await inTurn(folder, (worlds) => {
      worlds.restore('one');
      expect(items(worlds).count()).toBe(500);
    });
  });

  it('belongs to the one who opened it last', async () => {
    const folder = temporaryDirectory();
    await withWorlds(openStore({ folder }), async (first) => {
      items(first).put('a', 1);
      await withWorlds(openStore({ folder }), (second) => {
        expect(codeOf(() => items(first).put('a', 2))).toBe('BACKLOT_E_STATE_TAKEN');
        expect(items(first).get('a')).toBe(1);
        items(second).put('a', 3);
      });
    });
    await inTurn(folder, (worlds) => expect(items(worlds).get('a')).toBe(3));
  });

  it('refuses a folder that cannot be written to', async () => {
    const folder = temporaryDirectory({ file: '' });
    await expect(openStore({ folder: path.join(folder, 'file') })).rejects.toMatchObject({
      code: 'BACKLOT_E_STATE_ENGINE',
    });
  });
});

describe('a damaged store', () => {
  async function filled(): Promise<string> {
    const folder = temporaryDirectory();
    await inTurn(folder, (worlds) => {
      for (let n = 0; n < 300; n++) items(worlds).put(n, `value ${n} ${'x'.repeat(100)}`);
    });
    return folder;
  }

  const overwrite = (file: string, change: (bytes: Buffer) => void): void => {
    const bytes = readFileSync(file);
    change(bytes);
    writeFileSync(file, bytes);
  };

  const damages: [string, (file: string) => void][] = [
    ['is empty', (file) => truncateSync(file, 0)],
    ['was cut off', (file) => truncateSync(file, Math.floor(readFileSync(file).length / 8192) * 4096)],
    ['was cut within its head', (file) => truncateSync(file, 100)],
    ['is another file', (file) => writeFileSync(file, 'not a store at all'.repeat(10_000))],
    ['is gone', (file) => rmSync(file)],
    [
      'has a value that was changed',
      (file) => overwrite(file, (bytes) => bytes.write('VALUE', bytes.lastIndexOf('value 7 '))),
    ],
  ];

  it.each(damages)('that %s is set aside, named, and not replaced', async (_, damage) => {
    const folder = await filled();
    damage(dataFile(folder));
    const error = await openStore({ folder }).then(
      () => undefined,
      (thrown: unknown) => thrown as BacklotError,
    );
    expect(error).toBeInstanceOf(BacklotError);
    expect(error?.code).toBe('BACKLOT_E_STATE_DAMAGED');
    const [aside] = readdirSync(folder).filter((name) => name.startsWith('store.damaged-'));
    expect(error?.where.file).toBe(path.join(folder, aside as string, 'data.mdb'));
    expect(existsSync(path.join(folder, 'store'))).toBe(false);
    // Nor does the next start go on as if there had been nothing.
    await expect(openStore({ folder })).rejects.toMatchObject({ code: 'BACKLOT_E_STATE_DAMAGED' });
    expect(existsSync(path.join(folder, 'store'))).toBe(false);
  });

  it('is followed by an empty one when the user says so, and stays where it is', async () => {
    const folder = await filled();
    truncateSync(dataFile(folder), 0);
    const warnings: BacklotError[] = [];
    const store = openStore({ folder, onDamage: 'begin-empty', warn: (error) => warnings.push(error) });
    await withWorlds(store, (worlds) => items(worlds).put('new', 1));
    expect(warnings.map(({ code }) => code)).toEqual(['BACKLOT_E_STATE_DAMAGED']);
    await inTurn(folder, (worlds) => expect([...items(worlds).keys()]).toEqual(['new']));
    expect(readdirSync(folder).filter((name) => name.startsWith('store.damaged-'))).toHaveLength(1);
  });

  it('can be mended by putting a copy back', async () => {
    const folder = await filled();
    const copy = temporaryDirectory();
    cpSync(path.join(folder, 'store'), copy, { recursive: true });
    truncateSync(dataFile(folder), 5000);
    await expect(openStore({ folder })).rejects.toMatchObject({ code: 'BACKLOT_E_STATE_DAMAGED' });
    cpSync(copy, path.join(folder, 'store'), { recursive: true });
    await inTurn(folder, (worlds) => expect(items(worlds).count()).toBe(300));
  });

  it('is not what a start that was killed while it read leaves', async () => {
    const folder = await filled();
    writeFileSync(path.join(folder, 'store', 'opening'), '');
    await inTurn(folder, (worlds) => expect(items(worlds).count()).toBe(300));
    expect(existsSync(path.join(folder, 'store', 'opening'))).toBe(false);
  });

  it('is found by another process when reading it ended one', async () => {
    const folder = await filled();
    overwrite(dataFile(folder), (bytes) => bytes.fill(0xff, 2 * 4096));
    writeFileSync(path.join(folder, 'store', 'opening'), '');
    await expect(openStore({ folder })).rejects.toMatchObject({ code: 'BACKLOT_E_STATE_DAMAGED' });
  });

  it('is not one that was only half made', async () => {
    const folder = await filled();
    const other = temporaryDirectory();
    renameSync(path.join(folder, 'store'), path.join(other, 'store.new'));
    mkdirSync(path.join(other, 'x'));
    await inTurn(other, (worlds) => expect(items(worlds).count()).toBe(0));
  });
});
