/** Malformed and hostile connections of HTTP/2, as the bytes that go over the wire, each with what has to come of it. */
import type { Step } from './hostile-requests';

export interface HostileHttp2 {
  readonly name: string;
  readonly steps: readonly Step[];
  /** What has to come, in order: `1: 404`, `1: reset 7`, and `goaway`, whatever reason Node gives. */
  readonly answers: readonly string[];
  /** What may come instead: Node 24 ends the connection where Node 20 ends a stream. */
  readonly orElse?: readonly string[];
  /** Whether the server has to close the connection. */
  readonly closes: boolean;
  /** True for one that takes its time, and is left out where all of them are repeated. */
  readonly isSlow: boolean;
}

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const [END_STREAM, ACK, END_HEADERS, PADDED, PRIORITISED] = [1, 1, 4, 8, 32] as const;
const [DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION] = [
  ...Array(10).keys(),
] as unknown as readonly [number, number, number, number, number, number, number, number, number, number];

type Payload = string | Buffer | readonly number[];
type Header = readonly [name: string, value: string];

function frame(type: number, flags: number, stream: number, payload: Payload = ''): Buffer {
  const bytes = typeof payload === 'string' ? Buffer.from(payload, 'latin1') : Buffer.from(payload);
  const head = Buffer.alloc(9);
  head.writeUIntBE(bytes.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, bytes]);
}

/** Headers as literals that are not indexed (RFC 7541, 6.2.2). */
function pack(headers: readonly Header[]): Buffer {
  return Buffer.concat(
    headers.flatMap(([name, value]) => [Buffer.from([0]), length(name), text(name), length(value), text(value)]),
  );
}

const text = (value: string): Buffer => Buffer.from(value, 'latin1');

function length({ length: left }: string): Buffer {
  if (left < 127) return Buffer.from([left]);
  const bytes = [127];
  for (left -= 127; left >= 128; left = left >> 7) bytes.push((left & 127) | 128);
  return Buffer.from([...bytes, left]);
}

const request = (path: string, method = 'GET'): Header[] => [
  [':method', method],
  [':scheme', 'http'],
  [':path', path],
  [':authority', 'localhost'],
];
const PLAIN = request('/target/plain');
const ECHO = request('/target/echo', 'POST');

const ask = (headers: readonly Header[], stream = 1): Buffer =>
  frame(HEADERS, END_STREAM | END_HEADERS, stream, pack(headers));
const begin = (headers: readonly Header[], stream = 1): Buffer => frame(HEADERS, END_HEADERS, stream, pack(headers));
const plain = (...more: Header[]): Buffer => ask([...PLAIN, ...more]);
const without = (name: string): Buffer => ask(PLAIN.filter(([each]) => each !== name));
const echo = (...more: Header[]): Buffer => begin([...ECHO, ...more]);
const setting = (id: number, value: number): number[] => [
  0,
  id,
  ...[24, 16, 8, 0].map((shift) => (value >>> shift) & 255),
];
const many = (count: number, make: (index: number) => Buffer): Buffer =>
  Buffer.concat(Array.from({ length: count }, (_, index) => make(index)));
const long = (count: number, size: number): Header[] =>
  Array.from({ length: count }, (_, index) => [`x-${index}`, 'a'.repeat(size)]);

const HELLO = Buffer.concat([Buffer.from(PREFACE), frame(SETTINGS, 0, 0)]);

type Given = Step | readonly Step[];
type Case = readonly [name: string, steps: Given, ...answers: string[]];

/** Each begins with the preface and settings. Those with a `goaway` end with the connection. */
function group(what: string, cases: readonly Case[], hello: Buffer | undefined = HELLO): HostileHttp2[] {
  return cases.map(([name, given, ...answers]) => {
    const steps = Array.isArray(given) ? (given as readonly Step[]) : [given as Step];
    return {
      name: `${what}: ${name}`,
      steps: hello ? [hello, ...steps] : steps,
      answers,
      closes: answers.length === 0 || answers.some((answer) => answer.startsWith('goaway')),
      isSlow: false,
    };
  });
}

const BEGINNINGS = group(
  'the beginning of HTTP/2',
  [
    ['no settings', [PREFACE, plain()], 'goaway'],
    ['half a preface, and an end', [PREFACE.slice(0, 18), { leave: 'end' }]],
    ['a preface only, and an end', [PREFACE, { leave: 'end' }]],
    ['a preface, and noise', [PREFACE, 'noise'.repeat(20)], 'goaway'],
    ['a preface, and another', [PREFACE, PREFACE], 'goaway'],
    ['a preface, and a request of HTTP/1.1', [PREFACE, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'], 'goaway'],
    ['a preface, and a reset', [PREFACE, { wait: 5 }, { leave: 'reset' }]],
  ],
  Buffer.alloc(0),
);

const FRAMES = group('a frame of HTTP/2', [
  ['DATA on no stream', frame(DATA, 0, 0, 'a'), 'goaway'],
  ['DATA on a stream that is not open', frame(DATA, 0, 1, 'a'), 'goaway'],
  ['DATA with more padding than data', [echo(), frame(DATA, PADDED, 1, [9, 1])], 'goaway'],
  ['HEADERS on no stream', frame(HEADERS, END_HEADERS, 0, pack(PLAIN)), 'goaway'],
  ['HEADERS on a stream of the server', ask(PLAIN, 2), 'goaway'],
  ['HEADERS with more padding than headers', frame(HEADERS, END_HEADERS | PADDED, 1, [200, 1]), 'goaway'],
  [
    'HEADERS that depend on themselves',
    frame(
      HEADERS,
      END_HEADERS | END_STREAM | PRIORITISED,
      1,
      Buffer.concat([Buffer.from([0, 0, 0, 1, 9]), pack(PLAIN)]),
    ),
    'goaway',
  ],
  ['HEADERS again in the middle of the body', [echo(), begin(ECHO)], '1: reset 1', 'goaway'],
  ['PRIORITY that is too short', frame(PRIORITY, 0, 1, [0, 0, 0, 0]), 'goaway'],
  ['RST_STREAM of a stream that is not open', frame(RST_STREAM, 0, 1, [0, 0, 0, 8]), 'goaway'],
  ['RST_STREAM of no stream', frame(RST_STREAM, 0, 0, [0, 0, 0, 8]), 'goaway'],
  ['RST_STREAM that is too short', [echo(), frame(RST_STREAM, 0, 1, [0, 0, 8])], 'goaway'],
  ['SETTINGS on a stream', frame(SETTINGS, 0, 1), 'goaway'],
  ['SETTINGS of half a setting', frame(SETTINGS, 0, 0, [0, 1, 0]), 'goaway'],
  ['SETTINGS that confirm and say something', frame(SETTINGS, ACK, 0, setting(4, 1)), 'goaway'],
  ['SETTINGS with a window that is too large', frame(SETTINGS, 0, 0, setting(4, 0xffffffff)), 'goaway'],
  ['SETTINGS with frames that are too small', frame(SETTINGS, 0, 0, setting(5, 1)), 'goaway'],
  ['SETTINGS with a flag of 2', frame(SETTINGS, 0, 0, setting(2, 2)), 'goaway'],
  ['PUSH_PROMISE of a client', frame(PUSH_PROMISE, END_HEADERS, 1, [0, 0, 0, 2]), 'goaway'],
  ['PING that is too short', frame(PING, 0, 0, [0]), 'goaway'],
  ['PING on a stream', frame(PING, 0, 1, Buffer.alloc(8)), 'goaway'],
  ['GOAWAY on a stream', frame(GOAWAY, 0, 1, Buffer.alloc(8)), 'goaway'],
  ['GOAWAY that is too short', frame(GOAWAY, 0, 0, [0]), 'goaway'],
  ['WINDOW_UPDATE of nothing', frame(WINDOW_UPDATE, 0, 0, [0, 0, 0, 0]), 'goaway'],
  ['WINDOW_UPDATE beyond the limit', many(2, () => frame(WINDOW_UPDATE, 0, 0, [0x7f, 255, 255, 255])), 'goaway'],
  ['WINDOW_UPDATE that is too short', frame(WINDOW_UPDATE, 0, 0, [1]), 'goaway'],
  ['CONTINUATION of nothing', frame(CONTINUATION, END_HEADERS, 1, pack(PLAIN)), 'goaway'],
  ['another one within headers', [frame(HEADERS, 0, 1, pack(PLAIN)), frame(PING, 0, 0, Buffer.alloc(8))], 'goaway'],
  ['one that is larger than allowed', frame(DATA, 0, 1, Buffer.alloc(16_385)), 'goaway'],
  ['one of 16 MiB that is only announced', Buffer.from([255, 255, 255, DATA, 0, 0, 0, 0, 1]), 'goaway'],
  ['of a kind that nobody knows', [frame(0xbe, 255, 1, 'what'), plain()], '1: 200'],
  ['with flags that nobody knows', frame(HEADERS, 0xd2 | END_HEADERS | END_STREAM, 1, pack(PLAIN)), '1: 200'],
  ['a stream with a number that is past', [ask(PLAIN, 5), ask(PLAIN, 3)], '5: 200', 'goaway'],
]);

const FIELDS = group('headers of HTTP/2', [
  ['an index that is none', frame(HEADERS, END_HEADERS | END_STREAM, 1, [0xff, 0x7f]), 'goaway'],
  ['an index of 0', frame(HEADERS, END_HEADERS | END_STREAM, 1, [0x80]), 'goaway'],
  [
    'a number without an end',
    frame(HEADERS, END_HEADERS | END_STREAM, 1, [0xff, ...Array<number>(20).fill(0xff)]),
    'goaway',
  ],
  ['a string that is longer than the frame', frame(HEADERS, END_HEADERS | END_STREAM, 1, [0, 100, 97]), 'goaway'],
  ['a Huffman code that is none', frame(HEADERS, END_HEADERS | END_STREAM, 1, [0, 0x81, 0xff, 0]), 'goaway'],
  ['a table larger than allowed', frame(HEADERS, END_HEADERS | END_STREAM, 1, [0x3f, 255, 255, 3]), 'goaway'],
  ['an upper case name', plain(['X-Upper', 'a']), '1: reset 1'],
  ['an empty name', plain(['', 'a']), '1: 200'],
  ['a name with a space', plain(['x y', 'a']), '1: 200'],
  ['a NUL in a value', plain(['x-a', 'a\0b']), '1: 200'],
  ['a line break in a value', plain(['x-a', 'a\r\nx-b: c']), '1: 200'],
  ['Connection', plain(['connection', 'keep-alive']), '1: reset 1'],
  ['Transfer-Encoding', echo(['transfer-encoding', 'chunked']), '1: reset 1'],
  ['Upgrade', plain(['upgrade', 'websocket']), '1: reset 1'],
  ['TE that is not trailers', plain(['te', 'gzip']), '1: reset 1'],
  ['no method', without(':method'), '1: reset 1'],
  ['no path', without(':path'), '1: reset 1'],
  ['no scheme', without(':scheme'), '1: reset 1'],
  ['two paths', plain([':path', '/target/plain']), '1: reset 1'],
  ['a path behind other headers', ask([...PLAIN.slice(0, 2), ['x-a', 'a'], ...PLAIN.slice(2)]), '1: reset 1'],
  ['one of an answer', plain([':status', '200']), '1: reset 1'],
  ['one that nobody knows', plain([':what', 'a']), '1: reset 1'],
  ['an empty path', ask(request('')), '1: reset 1'],
  ['a path that does not begin with a slash', ask(request('target')), '1: reset 1'],
  ['a URL for a path', ask(request('http://localhost/target/plain')), '1: reset 1'],
  ['a line break in the path', ask(request('/target/plain\r\nx: y')), '1: reset 1'],
  ['a method that nobody knows', ask(request('/target/plain', 'FOO')), '1: 405'],
  [
    'CONNECT',
    ask([
      [':method', 'CONNECT'],
      [':authority', 'example.com:443'],
    ]),
    '1: 405',
  ],
  [
    'two hosts, and no authority',
    ask([...PLAIN.slice(0, 3), ['host', 'localhost'], ['host', 'evil.example']]),
    '1: reset 1',
  ],
  ['a host beside the authority', plain(['host', 'evil.example']), '1: 200'],
  ['too many', plain(...long(250, 1)), '1: 431'],
  ['far too many', plain(...long(500, 1)), '1: reset 11'],
  [
    'too large',
    [
      frame(HEADERS, END_STREAM, 1, pack(PLAIN)),
      frame(CONTINUATION, 0, 1, pack(long(1, 15_000))),
      frame(CONTINUATION, END_HEADERS, 1, pack(long(1, 10_000))),
    ],
    '1: 431',
  ],
  [
    'far too large',
    [
      frame(HEADERS, END_STREAM, 1, pack(PLAIN)),
      many(20, () => frame(CONTINUATION, 0, 1, pack(long(1, 15_000)))),
      frame(CONTINUATION, END_HEADERS, 1, pack(long(1, 10_000))),
    ],
    'goaway',
  ],
  [
    'a foreign authority for what is the platform’s own',
    ask([...request('/_backlot/health').slice(0, 3), [':authority', 'evil.example']]),
    '1: 403',
  ],
  [
    'a foreign origin for what is the platform’s own',
    ask([...request('/_backlot/health'), ['origin', 'http://evil.example']]),
    '1: 403',
  ],
]);

const BODIES = group('a body of HTTP/2', [
  ['shorter than it says', [echo(['content-length', '9']), frame(DATA, END_STREAM, 1, 'body')], '1: reset 1'],
  ['longer than it says', [echo(['content-length', '2']), frame(DATA, END_STREAM, 1, 'body')], '1: reset 1'],
  ['with a length that is none', [echo(['content-length', 'x']), frame(DATA, END_STREAM, 1, 'body')], '1: reset 1'],
  [
    'with two lengths',
    [echo(['content-length', '4'], ['content-length', '5']), frame(DATA, END_STREAM, 1, 'body')],
    '1: reset 1',
  ],
  ['behind its end', [plain(), frame(DATA, END_STREAM, 1, 'body')], 'goaway'],
  [
    'of more than the window',
    [begin(request('/target/slow', 'GET')), many(40, () => frame(DATA, 0, 1, Buffer.alloc(16_384)))],
    '1: reset 3',
    'goaway',
  ],
  ['of empty frames', [echo(), many(2_000, () => frame(DATA, 0, 1)), frame(DATA, END_STREAM, 1, 'body')], 'goaway'],
  ['with trailers of a request', [echo(), ask(PLAIN)], '1: reset 1'],
  ['that is reset', [echo(), frame(DATA, 0, 1, 'bo'), frame(RST_STREAM, 0, 1, [0, 0, 0, 8]), ask(PLAIN, 3)], '3: 200'],
  ['that is cut', [echo(), frame(DATA, 0, 1, 'bo'), { wait: 5 }, { leave: 'reset' }]],
]);

const FLOODS = group('a flood of HTTP/2', [
  ['PINGs', [many(2_000, () => frame(PING, 0, 0, Buffer.alloc(8))), plain()], 'goaway'],
  ['SETTINGS', [many(500, () => frame(SETTINGS, 0, 0)), plain()], '1: 200'],
  [
    'PRIORITYs',
    [many(1_000, (index) => frame(PRIORITY, 0, 2 * index + 1, [0, 0, 0, 0, 1])), ask(PLAIN, 2_001)],
    '2001: 200',
  ],
  ['WINDOW_UPDATEs', [many(2_000, () => frame(WINDOW_UPDATE, 0, 0, [0, 0, 0, 1])), plain()], '1: 200'],
  [
    'requests that are reset at once',
    [
      many(100, (index) =>
        Buffer.concat([ask(request('/target/slow'), 2 * index + 1), frame(RST_STREAM, 0, 2 * index + 1, [0, 0, 0, 8])]),
      ),
      ask(PLAIN, 201),
    ],
    '201: 200',
  ],
  [
    'requests on a connection that is cut',
    [many(100, (index) => ask(request('/target/slow'), 2 * index + 1)), { wait: 5 }, { leave: 'reset' }],
  ],
]);

const SLOW: HostileHttp2[] = group('a slow client of HTTP/2', [
  ['that says no more than its settings', [], 'goaway'],
  ['that never ends its headers', frame(HEADERS, 0, 1, pack(PLAIN)), 'goaway'],
  ['that never ends a frame', frame(HEADERS, END_HEADERS, 1, pack(PLAIN)).subarray(0, 12), 'goaway'],
  ['that does not send its body', [echo(), frame(DATA, 0, 1, 'bo')], '1: 408'],
  ['that has been served', plain(), '1: 200', 'goaway'],
]).map((each) => ({ ...each, isSlow: true }));

/** The names of those that Node 24 takes for more than a mistake in one stream. */
const WORSE = ['a body of HTTP/2: longer than it says', 'a body of HTTP/2: of more than the window'];

export const HOSTILE_HTTP2: readonly HostileHttp2[] = [
  ...BEGINNINGS,
  ...FRAMES,
  ...FIELDS,
  ...BODIES,
  ...FLOODS,
  ...SLOW,
].map((each) => (WORSE.includes(each.name) ? { ...each, orElse: ['goaway'] } : each));
