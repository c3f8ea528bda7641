import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import { BacklotError } from '../../../../src/api/errors';
import { Worlds, contentOfSnapshot, contentOfWorld, openStore, readExport, writeExport } from '../../../../src/state';
import { stateIn } from '../../../support/state-kit';
import { temporaryDirectory } from '../../../support/temporary-directory';

const VALUES: [string | number | (string | number)[], unknown][] = [
  [-1.5, null],
  [7, { text: 'grüße\n "quoted" \u2028 😀', nested: [1, { deep: true }] }],
  ['a', JSON.parse('{"__proto__": {"x": 1}, "10": 1, "b": 2, "1": 3}')],
  [['order', 3], 'text'],
];

function filled(worlds = new Worlds()): Worlds {
  const shop = stateIn(worlds);
  const items = shop.collection<unknown>('items');
  for (const [key, value] of VALUES) items.put(key, value);
  shop.bytes('files').put(
    'logo',
    Uint8Array.from({ length: 256 }, (_, i) => i),
  );
  shop.bytes('files').put('empty', new Uint8Array());
  stateIn(worlds, { owner: 'bank' }).collection('accounts').put('ada', 5);
  return worlds;
}

const OPTIONS = {
  version: '1.2.3',
  versionOf: (name: string) => (name === 'shop' ? '4.5.6' : undefined),
  made: 86_400_000,
};

function exported(worlds: Worlds, owners?: readonly string[]): Promise<Buffer> {
  const { images, partial } = contentOfWorld(worlds, worlds.base, owners);
  return buffer(writeExport(images, { ...OPTIONS, partial }));
}

const read = (bytes: Buffer, size = 1_000) => readExport(chunked(bytes, size), 'state.gz');

function* pieces(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const chunked = (bytes: Buffer, size: number) => Readable.from(pieces(bytes, size));

async function refusal(bytes: Buffer): Promise<[string, string]> {
  try {
    await read(bytes);
  } catch (error) {
    if (error instanceof BacklotError) return [error.code, error.message];
    throw error;
  }
  return ['none', ''];
}

/** An export with its text changed by hand. */
const altered = (bytes: Buffer, change: (lines: string[]) => void): Buffer => {
  const lines = gunzipSync(bytes).toString().split('\n');
  change(lines);
  return gzipSync(lines.join('\n'));
};

describe('an export', () => {
  it.each([1, 7, 1_000_000])('comes back as what it was, when it is read %d bytes at a time', async (size) => {
    const content = await read(await exported(filled()), size);
    expect(content).toMatchObject({ version: '1.2.3', made: 86_400_000, partial: false, records: 7 });
    expect(content.extensions).toEqual([{ name: 'shop', version: '4.5.6' }, { name: 'bank' }]);
    const worlds = new Worlds();
    stateIn(worlds, { owner: 'other' }).collection('things').put('gone', 1);
    worlds.import(content);
    const shop = stateIn(worlds);
    expect([...shop.collection('items').entries()]).toEqual(VALUES);
    expect([...shop.bytes('files').entries()]).toEqual([
      ['empty', new Uint8Array()],
      ['logo', Uint8Array.from({ length: 256 }, (_, i) => i)],
    ]);
    expect(stateIn(worlds, { owner: 'other' }).collection('things').count()).toBe(0);
    expect(await exported(worlds, ['bank', 'shop'])).toHaveLength((await exported(filled(), ['bank', 'shop'])).length);
  });

  it('leaves other extensions alone when it is of named ones', async () => {
    const content = await read(await exported(filled(), ['bank']));
    const worlds = filled();
    stateIn(worlds, { owner: 'bank' }).collection('accounts').put('ada', 6);
    stateIn(worlds).collection('items').put('new', 1);
    worlds.import(content);
    expect(stateIn(worlds, { owner: 'bank' }).collection('accounts').get('ada')).toBe(5);
    expect(stateIn(worlds).collection('items').get('new')).toBe(1);
  });

  it('is of the moment in which it was asked for, and can be of a snapshot', async () => {
    const worlds = filled();
    worlds.save('before');
    const { images } = contentOfWorld(worlds, worlds.base);
    const stream = writeExport(images, { ...OPTIONS, partial: false });
    stateIn(worlds).collection('items').put('late', 1);
    const other = new Worlds();
    other.addSnapshot('taken', await read(await buffer(stream)));
    other.restore('taken');
    expect(stateIn(other).collection('items').get('late')).toBeUndefined();
    const saved = contentOfSnapshot(worlds, 'before', ['bank']);
    expect(saved).toMatchObject({ partial: true, images: [{ owner: 'bank' }] });
  });

  it('ends what was going on in the world that it replaces', async () => {
    const content = await read(await exported(filled()));
    const worlds = filled();
    const { signal } = worlds.base.epoch;
    worlds.import(content);
    expect(signal.aborted).toBe(true);
  });

  it('is durable where states are, as a whole', async () => {
    const folder = temporaryDirectory();
    const content = await read(await exported(filled()));
    const worlds = new Worlds({ store: await openStore({ folder }) });
    worlds.import(content);
    worlds.addSnapshot('kept', await read(await exported(filled())));
    stateIn(worlds).collection('items').put('after', 1);
    await worlds.close();
    const again = new Worlds({ store: await openStore({ folder }) });
    const items = stateIn(again).collection('items');
    expect([...items.entries()]).toEqual([...VALUES.slice(0, 3), ['after', 1], ...VALUES.slice(3)]);
    again.restore('kept');
    expect([...items.entries()]).toEqual(VALUES);
    await again.close();
  });
});

describe('an import refuses', () => {
  let whole: Buffer;
  beforeAll(async () => {
    whole = await exported(filled());
  });

  it('what is no export', async () => {
    expect(await refusal(Buffer.from('{"hello": 1}'))).toEqual([
      'BACKLOT_E_STATE_FILE_INVALID',
      'state.gz is no export of a state: it is not compressed by gzip',
    ]);
    expect((await refusal(gzipSync('hello\n')))[0]).toBe('BACKLOT_E_STATE_FILE_INVALID');
    expect((await refusal(gzipSync('{"version": 1}\n[]\n')))[0]).toBe('BACKLOT_E_STATE_FILE_INVALID');
  });

  it('one of a later form, and says which wrote it', async () => {
    const later = altered(whole, (lines) => {
      lines[0] = '{"backlot":"state","format":2,"version":"9.0.0"}';
    });
    expect(await refusal(later)).toEqual([
      'BACKLOT_E_STATE_FILE_NEWER',
      'state.gz cannot be imported: it has the format 2, written by Backlot 9.0.0, and this version knows 1',
    ]);
  });

  it('one that ends anywhere before its end', async () => {
    expect((await refusal(Buffer.alloc(0)))[0]).toBe('BACKLOT_E_STATE_FILE_TRUNCATED');
    for (let length = 1; length < whole.length; length++) {
      expect([length, (await refusal(whole.subarray(0, length)))[0]]).toEqual([
        length,
        'BACKLOT_E_STATE_FILE_TRUNCATED',
      ]);
    }
    const short = altered(whole, (lines) => void lines.splice(-3, 2));
    expect((await refusal(short))[0]).toBe('BACKLOT_E_STATE_FILE_TRUNCATED');
    const half = altered(whole, (lines) => void lines.pop());
    expect((await refusal(half))[0]).toBe('BACKLOT_E_STATE_FILE_TRUNCATED');
  });

  it('one in which any byte differs', async () => {
    const accepted: number[] = [];
    // The bytes 4 to 9 of the head of gzip mean nothing to the content: the time, and the system that wrote it.
    for (let at = 10; at < whole.length; at++) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] as number) ^ 0x55;
      const [code] = await refusal(damaged);
      if (code === 'none') accepted.push(at);
    }
    expect(accepted).toEqual([]);
  });

  it('one with something behind its end', async () => {
    expect((await refusal(Buffer.concat([whole, Buffer.from('more')])))[0]).toBe('BACKLOT_E_STATE_FILE_DAMAGED');
    expect((await refusal(Buffer.concat([whole, Buffer.alloc(4)])))[0]).toBe('BACKLOT_E_STATE_FILE_DAMAGED');
    expect((await refusal(Buffer.concat([whole, whole])))[0]).toBe('BACKLOT_E_STATE_FILE_DAMAGED');
  });

  it('one whose text was changed, in the header or behind it', async () => {
    const changes: [string, string][] = [
      ['"text"', '"next"'],
      ['1.2.3', '1.2.4'],
      ['"partial":false', '"partial":true'],
    ];
    for (const [from, to] of changes) {
      const changed = altered(whole, (lines) => lines.forEach((line, i) => (lines[i] = line.replace(from, to))));
      expect((await refusal(changed))[0]).toBe('BACKLOT_E_STATE_FILE_CHECKSUM');
    }
  });

  it('one with a line that does not belong there, and names the line', async () => {
    const wrong = altered(whole, (lines) => (lines[3] = 'nonsense'));
    const [code, message] = await refusal(wrong);
    expect(code).toBe('BACKLOT_E_STATE_FILE_DAMAGED');
    expect(message).toContain('state.gz cannot be imported in line 4: it is no JSON');
  });
});
