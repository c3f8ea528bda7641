/** Malformed and hostile requests, as the bytes that go over the wire, each with what has to come of it. */

/** What a client does: it sends bytes, or waits for so many milliseconds, or ends its half, or resets the connection. */
export type Step = string | Buffer | { readonly wait: number } | { readonly leave: 'end' | 'reset' };

const END: Step = { leave: 'end' };
const RESET: Step = { leave: 'reset' };

export interface HostileRequest {
  readonly name: string;
  readonly steps: readonly Step[];
  /** The statuses of the answers, in order; after them, or without any, the connection is closed. */
  readonly answers: readonly number[];
  /** True for one that takes its time, and is left out where all of them are repeated. */
  readonly isSlow: boolean;
}

const HOST = 'Host: localhost';
const CLOSE = 'Connection: close';

/** A whole request with the headers that it has to have. */
export function http(line: string, headers: readonly string[] = [], body: string | Buffer = ''): Buffer {
  return raw([line, HOST, CLOSE, ...headers], body);
}

/** The same with these headers only. */
export function raw(lines: readonly string[], body: string | Buffer = '', eol = '\r\n'): Buffer {
  return Buffer.concat([Buffer.from(lines.join(eol) + eol + eol, 'latin1'), Buffer.from(body)]);
}

type Given = Step | readonly Step[];
type Case = readonly [name: string, steps: Given, ...answers: number[]];

function group(what: string, cases: readonly Case[], isSlow = false) {
  return cases.map(([name, steps, ...answers]): HostileRequest => ({
    name: `${what}: ${name}`,
    steps: Array.isArray(steps) ? (steps as readonly Step[]) : [steps as Step],
    answers,
    isSlow,
  }));
}

const get = (path: string, ...headers: string[]): Buffer => http(`GET ${path} HTTP/1.1`, headers);
const post = (path: string, headers: readonly string[], body: string | Buffer = ''): Buffer =>
  http(`POST ${path} HTTP/1.1`, headers, body);
const chunked = (body: string | Buffer, ...headers: string[]): Buffer =>
  post('/target/echo', ['Transfer-Encoding: chunked', ...headers], body);
const open = (path: string): Buffer => raw([`GET ${path} HTTP/1.1`, HOST]);

const KIB = 1024;
const many = (count: number, line: (index: number) => string): string[] =>
  Array.from({ length: count }, (_, i) => line(i));
const drip = (text: string, wait: number): Step[] => [...text].flatMap((each) => [each, { wait }]);

/** The headers of a request that may ask for what is the platform’s own, but for what is wrong. */
const internal = (host: string, ...headers: string[]): Buffer =>
  raw(['GET /_backlot/health HTTP/1.1', `Host: ${host}`, CLOSE, ...headers]);
const page = (origin: string): Buffer => internal('localhost', `Origin: ${origin}`);

const REQUEST_LINES = group('a request line', [
  ['empty lines only', ['\r\n\r\n\r\n', END]],
  ['empty lines before it', Buffer.concat([Buffer.from('\r\n\r\n'), get('/target/plain')]), 200],
  ['noise', 'noise\r\n\r\n', 400],
  ['random bytes', Buffer.from([0x00, 0xff, 0xfe, 0x80, 0x0d, 0x0a, 0x0d, 0x0a]), 400],
  ['NUL bytes', Buffer.alloc(64), 400],
  ['one byte', ['G', END], 400],
  ['a method only', ['GET\r\n\r\n'], 400],
  ['no version, and headers', raw(['GET /target/plain', HOST]), 505],
  ['no version, and an end', ['GET /target/plain\r\n', END], 400],
  ['no path', raw(['GET HTTP/1.1', HOST]), 400],
  ['a path of spaces', raw(['GET    HTTP/1.1', HOST]), 400],
  ['a space in the path', http('GET /target/pl ain HTTP/1.1'), 400],
  ['a tab between its parts', http('GET\t/target/plain\tHTTP/1.1'), 400],
  ['leading space', http(' GET /target/plain HTTP/1.1'), 400],
  ['more after the version', http('GET /target/plain HTTP/1.1 more'), 400],
  ['version HTTP/3.7', http('GET /target/plain HTTP/3.7'), 400],
  ['version HTTP/2.0', http('GET /target/plain HTTP/2.0'), 505],
  ['version HTTP/1.2', http('GET /target/plain HTTP/1.2'), 400],
  ['version HTTP/1.', http('GET /target/plain HTTP/1.'), 400],
  ['version HTTP/11', http('GET /target/plain HTTP/11'), 400],
  ['version HTTP/-1.1', http('GET /target/plain HTTP/-1.1'), 400],
  ['version http/1.1', http('GET /target/plain http/1.1'), 400],
  ['another protocol', http('GET /target/plain FTP/1.0'), 400],
  ['a protocol that Node’s parser knows, too', http('GET /target/plain RTSP/1.0'), 200],
  ['lines that end with LF only', raw(['GET /target/plain HTTP/1.1', HOST, CLOSE], '', '\n'), 400],
  ['lines that end with CR only', [raw(['GET /target/plain HTTP/1.1', HOST, CLOSE], '', '\r'), END], 400],
  ['a NUL in the method', http('G\0ET /target/plain HTTP/1.1'), 400],
  ['a NUL in the version', http('GET /target/plain HTTP/1.1\0'), 400],
  ['a CR in the path', http('GET /target\r/plain HTTP/1.1'), 400],
  ['the answer of a server', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', 400],
  ['an SSH client', ['SSH-2.0-OpenSSH_9.6\r\n'], 400],
  ['an SMTP client', ['EHLO localhost\r\n'], 400],
  ['a Redis client', ['*1\r\n$4\r\nPING\r\n'], 400],
  ['a SOCKS client', [Buffer.from([0x05, 0x01, 0x00]), END], 400],
  ['the PROXY protocol', ['PROXY TCP4 127.0.0.1 127.0.0.1 1 4566\r\n', get('/target/plain')], 400],
]);

const METHODS = group('a method', [
  ['unknown', http('FOO /target/plain HTTP/1.1'), 400],
  ['lower case', http('get /target/plain HTTP/1.1'), 400],
  ['too long', http(`${'A'.repeat(9000)} /target/plain HTTP/1.1`), 400],
  ['with a colon', http('GE:T /target/plain HTTP/1.1'), 400],
  ['empty', http('/target/plain HTTP/1.1'), 400],
  ['not ASCII', http('GÉT /target/plain HTTP/1.1'), 400],
  ['TRACE', http('TRACE /target/plain HTTP/1.1', ['X-Secret: 1']), 405],
  ['TRACK', http('TRACK /target/plain HTTP/1.1'), 400],
  ['CONNECT with an authority', raw(['CONNECT example.com:443 HTTP/1.1', 'Host: example.com:443']), 405],
  ['CONNECT without a port', raw(['CONNECT example.com HTTP/1.1', 'Host: example.com']), 405],
  ['CONNECT to a path', raw(['CONNECT /target/plain HTTP/1.1', HOST]), 405],
  ['CONNECT with bytes behind it', [raw(['CONNECT localhost:22 HTTP/1.1', HOST]), 'SSH-2.0-x\r\n'], 405],
  ['DELETE where there is none', http('DELETE /target/plain HTTP/1.1'), 405],
  ['OPTIONS of a path', http('OPTIONS /target/plain HTTP/1.1'), 204],
  ['OPTIONS *', http('OPTIONS * HTTP/1.1'), 204],
  ['GET *', http('GET * HTTP/1.1'), 400],
  ['HEAD', http('HEAD /target/plain HTTP/1.1'), 200],
  ['HEAD with a body', http('HEAD /target/plain HTTP/1.1', ['Content-Length: 4'], 'body'), 200],
  ['GET with a body', http('GET /target/plain HTTP/1.1', ['Content-Length: 4'], 'body'), 200],
  ['PRI without its preface', http('PRI * HTTP/1.1'), 400],
  ['SOURCE of Icecast', http('SOURCE /target/plain HTTP/1.1'), 405],
]);

const TARGETS = group('a target', [
  ['absolute', http('GET http://localhost/target/plain HTTP/1.1'), 200],
  ['absolute, without a path', http('GET http://localhost HTTP/1.1'), 404],
  ['absolute, with a query only', http('GET http://localhost?a HTTP/1.1'), 404],
  ['absolute, with a user', http('GET http://user:secret@localhost/target/plain HTTP/1.1'), 200],
  ['absolute, of TLS', http('GET https://localhost/target/plain HTTP/1.1'), 200],
  ['absolute, in upper case', http('GET HTTP://LOCALHOST/target/plain HTTP/1.1'), 200],
  ['absolute, without a host', http('GET http:///target/plain HTTP/1.1'), 400],
  ['absolute, of FTP', http('GET ftp://localhost/target/plain HTTP/1.1'), 400],
  ['absolute, of a file', http('GET file:///etc/passwd HTTP/1.1'), 400],
  ['absolute, of a script', http('GET javascript:alert(1) HTTP/1.1'), 400],
  ['absolute, with a broken address', http('GET http://[::1/target/plain HTTP/1.1'), 400],
  [
    'absolute, for what is the platform’s own, of another host',
    http('GET http://evil.example/_backlot/health HTTP/1.1'),
    403,
  ],
  ['an authority', http('GET localhost:4566 HTTP/1.1'), 400],
  ['a name', http('GET target HTTP/1.1'), 400],
  ['a query only', http('GET ?a HTTP/1.1'), 400],
  ['a backslash', get('\\target\\plain'), 400],
  ['two slashes at its start', get('//target/plain'), 404],
  ['a host after two slashes', get('//evil.example/target/plain'), 404],
  ['slashes only', get('/'.repeat(200)), 404],
  ['a fragment', get('/target/plain#fragment'), 404],
  ['.. below the root', get('/../../../../etc/passwd'), 404],
  ['.. within', get('/target/../target/plain'), 404],
  ['.. encoded', get('/target/%2e%2e/%2e%2e/etc/passwd'), 404],
  ['.. encoded twice', get('/target/%252e%252e/etc/passwd'), 404],
  ['.. in a parameter', get('/target/param/..%2f..%2fetc%2fpasswd'), 200],
  ['.. with a backslash', get('/target/..\\..\\etc'), 404],
  ['a dot', get('/./target/./plain'), 404],
  ['a semicolon', get('/target;a=b/plain'), 404],
  ['an encoded slash in a parameter', get('/target/param/a%2Fb'), 200],
  ['an encoded NUL in a parameter', get('/target/param/a%00b'), 200],
  ['an encoded line end in a parameter', get('/target/param/a%0d%0aSet-Cookie:%20a=b'), 200],
  ['a NUL', get('/target/param/a\0b'), 400],
  ['a DEL', get('/target/param/a\x7fb'), 400],
  ['a lone percent', get('/target/param/%'), 404],
  ['half an escape', get('/target/param/%4'), 404],
  ['an escape that is none', get('/target/param/%zz'), 404],
  ['an escape of half a character', get('/target/param/%c3'), 404],
  ['an escape that is too long for UTF-8', get('/target/param/%c0%ae'), 404],
  ['an escape of half a surrogate pair', get('/target/param/%ed%a0%80'), 404],
  ['a broken escape where nothing is decoded', get('/target/%zz/plain'), 404],
  ['a broken escape in the query', get('/target/plain?a=%zz'), 200],
  ['a broken escape below a mounted app', get('/target/mounted/%zz'), 200],
  ['raw UTF-8', Buffer.concat([Buffer.from('GET /target/param/ä HTTP/1.1\r\n'), raw([HOST, CLOSE])]), 400],
  ['raw bytes that are not UTF-8', http('GET /target/param/\xff\xfe HTTP/1.1'), 400],
  ['8 KiB long', get(`/target/param/${'a'.repeat(8 * KIB)}`), 200],
  ['20 KiB long', get(`/target/param/${'a'.repeat(20 * KIB)}`), 431],
  ['1 MiB long', get(`/${'a'.repeat(KIB * KIB)}`), 431],
  ['a query of 1 MiB', get(`/target/plain?${'a=b&'.repeat(256 * KIB)}`), 431],
  ['4,000 segments', get('/a'.repeat(4_000)), 404],
  ['a parameter named __proto__', get('/target/param/__proto__?__proto__[a]=b&constructor=c'), 200],
]);

const HEADERS = group('headers', [
  ['no Host', raw(['GET /target/plain HTTP/1.1', CLOSE]), 400],
  ['no Host in HTTP/1.0', raw(['GET /target/plain HTTP/1.0']), 200],
  ['two Hosts', get('/target/plain', 'Host: other'), 400],
  ...['localhost:http', '::1', 'local\thost', 'a?b', '<a>'].map((host): Case => [
    `${JSON.stringify(host)} as Host`,
    raw(['GET /target/plain HTTP/1.1', `Host: ${host}`, CLOSE]),
    400,
  ]),
  ...['', 'my_service', '127.0.0.1:80', '[::1]:4566', 'a.b-c.localhost.', 'xn--a.localhost:'].map((host): Case => [
    `${JSON.stringify(host)} as Host`,
    raw(['GET /target/plain HTTP/1.1', `Host: ${host}`, CLOSE]),
    200,
  ]),
  ['the same Host twice', get('/target/plain', HOST), 400],
  ['two Hosts in other cases', get('/target/plain', 'HOST: localhost'), 400],
  ['an empty Host', raw(['GET /target/plain HTTP/1.1', 'Host:', CLOSE]), 200],
  ['a Host with spaces', raw(['GET /target/plain HTTP/1.1', 'Host: a b c', CLOSE]), 400],
  ['a Host with a path', raw(['GET /target/plain HTTP/1.1', 'Host: localhost/../x', CLOSE]), 400],
  ['a Host with a user', raw(['GET /target/plain HTTP/1.1', 'Host: localhost@evil.example', CLOSE]), 400],
  ['a Host with a broken address', raw(['GET /target/plain HTTP/1.1', 'Host: [::1', CLOSE]), 400],
  ['a Host with a broken port', raw(['GET /target/plain HTTP/1.1', 'Host: localhost:99999999', CLOSE]), 200],
  ['a Host of 8 KiB', raw(['GET /target/plain HTTP/1.1', `Host: ${'a.'.repeat(4 * KIB)}`, CLOSE]), 200],
  ['a Host that is a list', raw(['GET /target/plain HTTP/1.1', 'Host: localhost, evil.example', CLOSE]), 400],
  ['a space before the colon', get('/target/plain', 'X-A : b'), 400],
  ['a space before the name', raw(['GET /target/plain HTTP/1.1', ' X-A: b', HOST]), 400],
  ['a tab before the colon', get('/target/plain', 'X-A\t: b'), 400],
  ['no colon', get('/target/plain', 'X-A b'), 400],
  ['no name', get('/target/plain', ': b'), 400],
  ['no value', get('/target/plain', 'X-A:'), 200],
  ['a line that is folded', get('/target/plain', 'X-A: b', ' c'), 400],
  ['a line that is folded by a tab', get('/target/plain', 'X-A: b', '\tc'), 400],
  ['a folded Content-Length', post('/target/echo', ['Content-Length:', ' 4'], 'body'), 400],
  ['a folded Transfer-Encoding', post('/target/echo', ['Transfer-Encoding:', ' chunked'], '0\r\n\r\n'), 400],
  ['a NUL in the name', get('/target/plain', 'X-\0A: b'), 400],
  ['a NUL in the value', get('/target/plain', 'X-A: b\0c'), 400],
  ['a CR in the value', get('/target/plain', 'X-A: b\rX-C: d'), 400],
  ['an LF in the value', get('/target/plain', 'X-A: b\nX-C: d'), 400],
  ['a control character in the value', get('/target/plain', 'X-A: b\x01c'), 400],
  ['a DEL in the value', get('/target/plain', 'X-A: b\x7fc'), 400],
  ['bytes above ASCII in the value', get('/target/plain', 'X-A: \xff\xfe'), 200],
  ['bytes above ASCII in the name', get('/target/plain', 'X-\xc3\xa4: b'), 400],
  ['brackets in the name', get('/target/plain', 'X-(A): b'), 400],
  ['a name like __proto__', get('/target/plain', '__proto__: b', 'constructor: c', 'hasOwnProperty: d'), 200],
  ['200 of them', get('/target/plain', ...many(198, (i) => `X-${i}: v`)), 200],
  ['201 of them', get('/target/plain', ...many(199, (i) => `X-${i}: v`)), 431],
  ['1,000 of them', get('/target/plain', ...many(1_000, (i) => `X-${i}: v`)), 431],
  ['100,000 of them', get('/target/plain', ...many(100_000, (i) => `X-${i}: v`)), 431],
  ['the same 500 times', get('/target/plain', ...many(500, () => 'X-A: v')), 431],
  ['a name of 20 KiB', get('/target/plain', `${'X'.repeat(20 * KIB)}: v`), 431],
  ['a value of 20 KiB', get('/target/plain', `X-A: ${'v'.repeat(20 * KIB)}`), 431],
  ['a value of 8 MiB', get('/target/plain', `X-A: ${'v'.repeat(8 * KIB * KIB)}`), 431],
  ['a value of spaces', get('/target/plain', `X-A: ${' '.repeat(12 * KIB)}`), 200],
  ['a Cookie with 2,000 parts', get('/target/plain', `Cookie: ${'a=b; '.repeat(2_000)}`), 200],
  ['two Authorizations', get('/target/plain', 'Authorization: a', 'Authorization: b'), 200],
  ['a broken Accept-Encoding', get('/target/plain', 'Accept-Encoding: gzip;q=x, ;;, *;q=-1'), 200],
  ['a broken Range', get('/target/plain', 'Range: bytes=-1--5,a-b'), 200],
  ['a broken If-Modified-Since', get('/target/plain', 'If-Modified-Since: never'), 200],
  ['Connection with many names', get('/target/plain', `Connection: ${'close, '.repeat(500)}x`), 200],
  ['Keep-Alive of for ever', get('/target/plain', 'Keep-Alive: timeout=99999999999, max=-1'), 200],
]);

const LENGTHS = group('a length', [
  ['negative', post('/target/echo', ['Content-Length: -1'], 'body'), 400],
  ['with a sign', post('/target/echo', ['Content-Length: +4'], 'body'), 400],
  ['no number', post('/target/echo', ['Content-Length: four'], 'body'), 400],
  ['empty', post('/target/echo', ['Content-Length:'], 'body'), 400],
  ['in hex', post('/target/echo', ['Content-Length: 0x4'], 'body'), 400],
  ['with a fraction', post('/target/echo', ['Content-Length: 4.0'], 'body'), 400],
  ['with an exponent', post('/target/echo', ['Content-Length: 4e0'], 'body'), 400],
  ['with a space within', post('/target/echo', ['Content-Length: 4 4'], 'body'), 400],
  ['a list', post('/target/echo', ['Content-Length: 4, 4'], 'body'), 400],
  ['twice the same', post('/target/echo', ['Content-Length: 4', 'Content-Length: 4'], 'body'), 400],
  ['twice, and different', post('/target/echo', ['Content-Length: 4', 'Content-Length: 5'], 'body'), 400],
  ['2^64', post('/target/echo', ['Content-Length: 18446744073709551616'], 'body'), 400],
  ['thirty digits', post('/target/echo', [`Content-Length: ${'9'.repeat(30)}`], 'body'), 400],
  ['above the limit for a body', post('/target/echo', ['Content-Length: 99999999999'], 'body'), 413],
  ['2^63 - 1', post('/target/echo', ['Content-Length: 9223372036854775807'], 'body'), 413],
  ['with zeros in front', post('/target/echo', ['Content-Length: 0004'], 'body'), 200],
  ['larger than what comes before the end', [post('/target/echo', ['Content-Length: 100'], 'body'), END], 400],
  ['smaller than what comes', post('/target/echo', ['Content-Length: 2'], 'body'), 200],
  ['0, with a body', post('/target/echo', ['Content-Length: 0'], 'GET /target/plain HTTP/1.1\r\n\r\n'), 200],
  ['with a NUL', post('/target/echo', ['Content-Length: 4\0'], 'body'), 400],
  ['on what ignores it', post('/target/ignore', ['Content-Length: 4'], 'body'), 200],
  ['none on a POST', post('/target/echo', []), 200],
  ['none on a POST, with a body', post('/target/echo', [], 'body'), 200],
]);

const SMUGGLING = group('smuggling', [
  ['length before chunks', chunked('0\r\n\r\n', 'Content-Length: 4'), 400],
  ['chunks before length', post('/target/echo', ['Content-Length: 4', 'Transfer-Encoding: chunked'], '0\r\n\r\n'), 400],
  ['chunks twice', chunked('0\r\n\r\n', 'Transfer-Encoding: chunked'), 400],
  ['chunks, then identity', chunked('0\r\n\r\n', 'Transfer-Encoding: identity'), 400],
  ['identity', post('/target/echo', ['Transfer-Encoding: identity'], 'body'), 400],
  ['chunks that are not last', post('/target/echo', ['Transfer-Encoding: chunked, gzip'], '0\r\n\r\n'), 400],
  ['chunks in a list twice', post('/target/echo', ['Transfer-Encoding: chunked, chunked'], '0\r\n\r\n'), 400],
  ['an unknown coding', post('/target/echo', ['Transfer-Encoding: xchunked'], '0\r\n\r\n'), 400],
  ['a coding in quotes', post('/target/echo', ['Transfer-Encoding: "chunked"'], '0\r\n\r\n'), 400],
  ['a coding with a vertical tab', post('/target/echo', ['Transfer-Encoding: \x0bchunked'], '0\r\n\r\n'), 400],
  ['a coding with a NUL', post('/target/echo', ['Transfer-Encoding: chunked\0'], '0\r\n\r\n'), 400],
  ['an empty coding', post('/target/echo', ['Transfer-Encoding:'], '0\r\n\r\n'), 400],
  ['a space before the colon', post('/target/echo', ['Transfer-Encoding : chunked'], '0\r\n\r\n'), 400],
  ['a name with an underscore', post('/target/echo', ['Transfer_Encoding: chunked', 'Content-Length: 4'], 'body'), 200],
  [
    'chunks in HTTP/1.0 with a length',
    raw(['POST /target/echo HTTP/1.0', 'Transfer-Encoding: chunked', 'Content-Length: 5'], '0\r\n\r\n'),
    400,
  ],
  ['in upper case', post('/target/echo', ['TRANSFER-ENCODING: CHUNKED'], '4\r\nbody\r\n0\r\n\r\n'), 200],
  [
    'a request in a body of known length',
    post('/target/echo', ['Content-Length: 35'], 'GET /_backlot/health HTTP/1.1\r\n\r\n\r\n'),
    200,
  ],
]);

const CHUNKS = group('a chunk', [
  ['whole', chunked('4\r\nbody\r\n0\r\n\r\n'), 200],
  ['with a size in upper-case hex', chunked('A\r\n0123456789\r\n0\r\n\r\n'), 200],
  ['with zeros in front of its size', chunked('0000004\r\nbody\r\n0\r\n\r\n'), 200],
  ['with an extension', chunked('4;a=b\r\nbody\r\n0\r\n\r\n'), 200],
  ['with a quoted extension', chunked('4;a="b;c"\r\nbody\r\n0\r\n\r\n'), 200],
  ['with an extension of 64 KiB', chunked(`4;${'a'.repeat(64 * KIB)}\r\nbody\r\n0\r\n\r\n`), 413],
  ['with an endless extension', chunked(`4;${'a'.repeat(KIB * KIB)}`), 413],
  ['with no size', chunked('\r\nbody\r\n0\r\n\r\n'), 400],
  ['with a size that is none', chunked('zz\r\nbody\r\n0\r\n\r\n'), 400],
  ['with a negative size', chunked('-4\r\nbody\r\n0\r\n\r\n'), 400],
  ['with a size with 0x', chunked('0x4\r\nbody\r\n0\r\n\r\n'), 400],
  ['with a size of 17 digits', chunked('FFFFFFFFFFFFFFFFF\r\nbody\r\n0\r\n\r\n'), 400],
  ['with a size of 2^64 - 1, and an end', [chunked('FFFFFFFFFFFFFFFF\r\nbody'), END], 400],
  ['with a space before its size', chunked(' 4\r\nbody\r\n0\r\n\r\n'), 400],
  ['with a space after its size', chunked('4 \r\nbody\r\n0\r\n\r\n'), 400],
  ['with LF only after its size', chunked('4\nbody\r\n0\r\n\r\n'), 400],
  ['with LF only after it', chunked('4\r\nbody\n0\r\n\r\n'), 400],
  ['with CR only after its size', chunked('4\rbody\r\n0\r\n\r\n'), 400],
  ['larger than its size', chunked('2\r\nbody\r\n0\r\n\r\n'), 400],
  ['smaller than its size', [chunked('9\r\nbody\r\n0\r\n\r\n'), END], 400],
  ['with nothing behind it', [chunked('4\r\nbody\r\n'), END], 400],
  ['with a NUL in its size', chunked('4\0\r\nbody\r\n0\r\n\r\n'), 400],
  ['with a trailer', chunked('4\r\nbody\r\n0\r\nX-Trailer: a\r\n\r\n'), 200],
  ['with a trailer that is a length', chunked('4\r\nbody\r\n0\r\nContent-Length: 4\r\n\r\n'), 400],
  ['with a trailer that is a coding', chunked('4\r\nbody\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n'), 400],
  ['with a trailer that is broken', chunked('4\r\nbody\r\n0\r\nX Trailer\r\n\r\n'), 400],
  ['with 10,000 trailers', chunked(`4\r\nbody\r\n0\r\n${many(10_000, (i) => `X-${i}: v\r\n`).join('')}\r\n`), 431],
  ['with a trailer of 1 MiB', chunked(`4\r\nbody\r\n0\r\nX-A: ${'v'.repeat(KIB * KIB)}\r\n\r\n`), 431],
  ['of one byte, 10,000 times', chunked(`${'1\r\na\r\n'.repeat(10_000)}0\r\n\r\n`), 200],
  ['that is broken, on what ignores it', post('/target/ignore', ['Transfer-Encoding: chunked'], 'zz\r\n'), 400],
]);

const BODIES = group('a body', [
  ['that is no JSON', post('/target/json', ['Content-Type: application/json', 'Content-Length: 5'], '{"a":'), 400],
  ['of JSON with 20,000 brackets', post('/target/json', ['Content-Length: 20000'], '['.repeat(20_000)), 400],
  [
    'of JSON with __proto__',
    post('/target/json', ['Content-Type: application/json', 'Content-Length: 23'], '{"__proto__":{"a":"b"}}'),
    200,
  ],
  ['that says gzip and is none', post('/target/echo', ['Content-Encoding: gzip', 'Content-Length: 4'], 'body'), 400],
  ['that says br and is none', post('/target/echo', ['Content-Encoding: br', 'Content-Length: 4'], 'body'), 400],
  ['in an unknown coding', post('/target/echo', ['Content-Encoding: zip', 'Content-Length: 4'], 'body'), 415],
  ['that expects nonsense', post('/target/echo', ['Expect: nonsense', 'Content-Length: 4'], 'body'), 417],
  ['that expects 200-ok', post('/target/echo', ['Expect: 200-ok', 'Content-Length: 4'], 'body'), 417],
  [
    'that expects 100-continue, and is sent at once',
    post('/target/echo', ['Expect: 100-continue', 'Content-Length: 4'], 'body'),
    200,
  ],
  [
    'that expects 100-continue of what ignores it',
    post('/target/ignore', ['Expect: 100-continue', 'Content-Length: 4']),
    200,
  ],
  [
    'that expects 100-continue in HTTP/1.0',
    raw(['POST /target/echo HTTP/1.0', HOST, 'Expect: 100-continue', 'Content-Length: 4'], 'body'),
    200,
  ],
  ['for the extensions that is no JSON', post('/_backlot/extensions', ['Content-Length: 4'], 'body'), 400],
  ['for the extensions that is a list', post('/_backlot/extensions', ['Content-Length: 2'], '[]'), 400],
  [
    'for the extensions with a spec that is no text',
    post('/_backlot/extensions', ['Content-Length: 10'], '{"spec":1}'),
    400,
  ],
  ['for health that is null', http('PUT /_localstack/health HTTP/1.1', ['Content-Length: 4'], 'null'), 400],
  [
    'for health with __proto__',
    http('PUT /_localstack/health HTTP/1.1', ['Content-Length: 25'], '{"__proto__":{"x":{"y":1}}}'.slice(0, 25)),
    400,
  ],
]);

/** A handshake with headers in place of the usual ones, and what follows it at once. */
const socket = (behind: readonly number[] = [], headers: Readonly<Record<string, string>> = {}): Buffer =>
  raw(
    [
      'GET /target/socket HTTP/1.1',
      HOST,
      ...Object.entries({
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
        ...headers,
      }).map(([name, value]) => `${name}: ${value}`),
    ],
    Buffer.from(behind),
  );

const SOCKETS = group('a WebSocket', [
  ['with a key that is none', socket([], { 'Sec-WebSocket-Key': 'x' }), 400],
  ['of version 8', socket([], { 'Sec-WebSocket-Version': '8' }), 426],
  ['of version 14', socket([], { 'Sec-WebSocket-Version': '14' }), 426],
  ['with a frame that is not masked', socket([0x81, 1, 97]), 101],
  ['with a reserved bit', socket([0xf1, 0x80, 0, 0, 0, 0]), 101],
  ['with an unknown kind of frame', socket([0x83, 0x80, 0, 0, 0, 0]), 101],
  ['with a ping in pieces', socket([0x09, 0x80, 0, 0, 0, 0]), 101],
  ['with a ping that is too long', socket([0x89, 0xfe, 0, 200, 0, 0, 0, 0]), 101],
  ['that goes on with nothing', socket([0x80, 0x80, 0, 0, 0, 0]), 101],
  ['with text that is no UTF-8', socket([0x81, 0x82, 0, 0, 0, 0, 0xff, 0xff]), 101],
  ['with a message of 2^62 bytes', socket([0x82, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), 101],
  ['that closes with a reason that is none', socket([0x88, 0x82, 0, 0, 0, 0, 0, 0]), 101],
  ['that closes with half a reason', socket([0x88, 0x81, 0, 0, 0, 0, 3]), 101],
  ['that ends within a frame', [socket([0x81, 0xfe, 0]), END], 101],
  ['that resets within a frame', [socket([0x81, 0xfe, 0]), { wait: 100 }, RESET], 101],
]);

const UPGRADES = group('an upgrade', [
  ['to an unknown protocol', get('/target/plain', 'Upgrade: nonsense'), 200],
  [
    'to h2c',
    raw([
      'GET /target/plain HTTP/1.1',
      HOST,
      'Connection: Upgrade, HTTP2-Settings, close',
      'Upgrade: h2c',
      'HTTP2-Settings: AAMAAABkAAQAAP__',
    ]),
    200,
  ],
  [
    'to a WebSocket without a key',
    raw(['GET /target/plain HTTP/1.1', HOST, 'Connection: Upgrade, close', 'Upgrade: websocket']),
    404,
  ],
  [
    'to a WebSocket where there is none',
    raw([
      'GET /target/plain HTTP/1.1',
      HOST,
      'Connection: Upgrade, close',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ]),
    404,
  ],
  [
    'to a WebSocket of another version',
    raw([
      'GET /target/plain HTTP/1.1',
      HOST,
      'Connection: Upgrade, close',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 99',
      'Sec-WebSocket-Key: x',
    ]),
    404,
  ],
  ['without its Connection', get('/target/plain', 'Upgrade: websocket'), 200],
  ['with an empty Upgrade', raw(['GET /target/plain HTTP/1.1', HOST, 'Connection: Upgrade, close', 'Upgrade:']), 200],
  [
    'of a POST',
    raw(['POST /target/echo HTTP/1.1', HOST, 'Connection: Upgrade, close', 'Upgrade: websocket', 'Content-Length: 0']),
    404,
  ],
  [
    'with frames behind it',
    [
      raw(
        ['GET /nothing HTTP/1.1', HOST, 'Connection: Upgrade', 'Upgrade: websocket'],
        Buffer.from([0x81, 0x85, 0, 0, 0, 0, 1, 2, 3, 4, 5]),
      ),
      END,
    ],
    404,
  ],
]);

const PIPELINES = group('a pipeline', [
  ['of three', Buffer.concat([open('/target/plain'), open('/target/param/a'), get('/target/plain')]), 200, 200, 200],
  ['with noise behind it', [open('/target/plain'), 'noise\r\n\r\n'], 200, 400],
  ['with noise behind a slow one', [open('/target/slow'), 'noise\r\n\r\n'], 200, 400],
  ['with noise behind two slow ones', [open('/target/slow'), open('/target/slow'), 'noise\r\n\r\n'], 200, 200, 400],
  ['with a broken length behind it', [open('/target/plain'), post('/target/echo', ['Content-Length: -1'])], 200, 400],
  ['that goes on after the last', [get('/target/plain'), get('/target/plain')], 200],
  [
    'of 500',
    Buffer.concat([...many(499, () => '').map(() => open('/target/plain')), get('/target/plain')]),
    ...many(500, () => '').map(() => 200),
  ],
  [
    'with a failure in its middle',
    [open('/target/plain'), open('/target/throws'), get('/target/plain')],
    200,
    500,
    200,
  ],
  ['with a client that leaves at once', [open('/target/slow'), open('/target/slow'), RESET]],
  ['with an end behind it', [open('/target/plain'), END], 200],
]);

const LEAVING = group('a client', [
  ['that says nothing and ends', [END]],
  ['that says nothing and resets', [RESET]],
  ['that ends within the line', ['GET /target', END], 400],
  ['that ends within the headers', ['GET /target/plain HTTP/1.1\r\nHost: loc', END], 400],
  ['that resets within the headers', ['GET /target/plain HTTP/1.1\r\nHost: loc', { wait: 5 }, RESET]],
  ['that resets within the body', [post('/target/echo', ['Content-Length: 100'], 'body'), { wait: 5 }, RESET]],
  ['that resets within a chunk', [chunked('64\r\nbody'), { wait: 5 }, RESET]],
  ['that ends within a chunk', [chunked('64\r\nbody'), END], 400],
  ['that ends before the answer', [get('/target/slow'), END]],
  ['that resets before the answer', [get('/target/slow'), { wait: 5 }, RESET]],
  [
    'that resets within a large answer',
    [post('/target/echo', ['Content-Length: 1048576'], Buffer.alloc(KIB * KIB)), RESET],
  ],
]);

const SLOW = group(
  'a slow client',
  [
    ['that says nothing', []],
    ['that sends a line without a version (HTTP/0.9)', 'GET /target/plain\r\n', 408],
    ['that sends half a line', 'GET /tar', 408],
    ['that sends a line only', 'GET /target/plain HTTP/1.1\r\n', 408],
    [
      'that never ends its headers',
      ['GET /target/plain HTTP/1.1\r\nHost: localhost\r\nX-A', { wait: 10 }, ': b\r\n'],
      408,
    ],
    ['that sends its headers byte by byte', drip('GET /target/plain HTTP/1.1\r\nHost: localhost\r\n', 100), 408],
    [
      'that sends a header every tenth of a second',
      many(60, (i) => `X-${i}: v\r\n`)
        .flatMap((line): Step[] => [line, { wait: 100 }])
        .toSpliced(0, 0, 'GET / HTTP/1.1\r\n'),
      408,
    ],
    ['that sends no body', post('/target/echo', ['Content-Length: 10']), 408],
    ['that sends half a body', post('/target/echo', ['Content-Length: 10'], 'body'), 408],
    [
      'that sends its body byte by byte',
      [post('/target/echo', ['Content-Length: 1000']), ...drip('a'.repeat(25), 100)],
      408,
    ],
    ['that sends no chunk', chunked(''), 408],
    ['that sends half a chunk', chunked('4\r\nbo'), 408],
    [
      'that sends chunks of one byte',
      [chunked(''), ...many(60, () => '1\r\na\r\n').flatMap((each): Step[] => [each, { wait: 200 }])],
      408,
    ],
    ['that never ends its trailers', chunked('4\r\nbody\r\n0\r\nX-A: b\r\n'), 408],
    [
      'that sends the body of what ignores it slowly',
      [raw(['POST /target/ignore HTTP/1.1', HOST, 'Content-Length: 100']), ...drip('a'.repeat(25), 100)],
      200,
    ],
    ['that sends nothing after an answer', open('/target/plain'), 200],
    ['that sends half a request after an answer', [open('/target/plain'), 'GET /tar'], 200, 408],
    [
      'that never sends what it expected to continue',
      raw(['POST /target/echo HTTP/1.1', HOST, 'Expect: 100-continue', 'Content-Length: 4']),
      408,
    ],
    [
      'whose upload makes progress',
      [
        post('/target/echo', ['Content-Length: 3000']),
        ...many(30, () => 'x'.repeat(100)).flatMap((each): Step[] => [each, { wait: 100 }]),
      ],
      200,
    ],
  ],
  true,
);

const INTERNAL = group('what is the platform’s own', [
  ['by name', internal('localhost:4566'), 200],
  ['by address', internal('127.0.0.1:4566'), 200],
  ['by another address', internal('10.1.2.3'), 200],
  ['by an IPv6 address', internal('[::1]:4566'), 200],
  ['by a name below localhost', internal('s3.localhost:4566'), 200],
  ['by the domain of LocalStack', internal('sqs.eu-west-1.localhost.localstack.cloud:4566'), 200],
  ['by the name of a service of Compose', internal('backlot:4566'), 200],
  ['by the name of the host in a container', internal('host.docker.internal:4566'), 200],
  ['by a name that is allowed', internal('api.allowed.example'), 200],
  ['by a name with a dot at its end', internal('localhost.:4566'), 200],
  ['without a Host, in HTTP/1.0', raw(['GET /_backlot/health HTTP/1.0']), 200],
  ['with an empty Host', internal(''), 200],
  ['by a foreign name', internal('evil.example'), 403],
  ['by a foreign name with our port', internal('evil.example:4566'), 403],
  [
    'by a foreign name, under the other prefix',
    raw(['GET /_localstack/health HTTP/1.1', 'Host: evil.example', CLOSE]),
    403,
  ],
  ['by a name that ends like ours', internal('evillocalhost.example'), 403],
  ['by a name that begins like ours', internal('localhost.evil.example'), 403],
  ['by a name that begins like an address', internal('127.0.0.1.evil.example'), 403],
  ['by an address in a name', internal('127.0.0.1.nip.io'), 403],
  ['by a user at a foreign name', internal('localhost@evil.example'), 400],
  ['by a list', internal('localhost, evil.example'), 400],
  ['by a broken address', internal('[::1'), 400],
  ['by a name with a NUL in escapes', internal('localhost%00.evil.example'), 403],
  ['by HEAD under a foreign name', raw(['HEAD /_backlot/health HTTP/1.1', 'Host: evil.example', CLOSE]), 403],
  ['the extensions under a foreign name', raw(['GET /_backlot/extensions HTTP/1.1', 'Host: evil.example', CLOSE]), 403],
  ['the scripts under a foreign name', raw(['GET /_localstack/init HTTP/1.1', 'Host: evil.example', CLOSE]), 403],
  [
    'what is not there, under a foreign name',
    raw(['GET /_backlot/nothing HTTP/1.1', 'Host: evil.example', CLOSE]),
    403,
  ],
  [
    'a change under a foreign name',
    raw(['POST /_localstack/health HTTP/1.1', 'Host: evil.example', CLOSE, 'Content-Length: 17'], '{"action":"kill"}'),
    403,
  ],
  [
    'a preflight of a foreign page',
    raw([
      'OPTIONS /_backlot/health HTTP/1.1',
      HOST,
      CLOSE,
      'Origin: http://evil.example',
      'Access-Control-Request-Method: POST',
    ]),
    403,
  ],
  ['from a foreign page', page('http://evil.example'), 403],
  ['from a foreign page over TLS', page('https://evil.example'), 403],
  ['from a page in a sandbox', page('null'), 403],
  ['from a page of an address', page('http://192.168.1.1'), 403],
  ['from a page whose name begins like ours', page('http://localhost.evil.example'), 403],
  ['from an extension of a browser', page('chrome-extension://abcdef'), 403],
  ['from a broken origin', page('http://['), 403],
  ['from an empty origin', page(''), 403],
  ['from a page of this machine', page('http://localhost:3000'), 200],
  ['from a page of its own', page('http://localhost'), 200],
  [
    'a change from a page of another port',
    raw(['PUT /_backlot/health HTTP/1.1', HOST, CLOSE, 'Origin: http://localhost:3000', 'Content-Length: 2'], '{}'),
    403,
  ],
  [
    'a change from a foreign page',
    raw(
      ['POST /_localstack/health HTTP/1.1', HOST, CLOSE, 'Origin: http://evil.example', 'Content-Length: 17'],
      '{"action":"kill"}',
    ),
    403,
  ],
  [
    'a change from a form',
    raw(
      [
        'POST /_localstack/health HTTP/1.1',
        HOST,
        CLOSE,
        'Origin: null',
        'Content-Type: text/plain',
        'Content-Length: 17',
      ],
      '{"action":"kill"}',
    ),
    403,
  ],
  ['with a slash at the end', raw(['GET /_backlot/ HTTP/1.1', HOST, CLOSE]), 404],
  ['encoded', raw(['GET /%5fbacklot/health HTTP/1.1', 'Host: evil.example', CLOSE]), 404],
  ['after two slashes', raw(['GET //_backlot/health HTTP/1.1', 'Host: evil.example', CLOSE]), 404],
  ['by ..', raw(['GET /target/../_backlot/health HTTP/1.1', 'Host: evil.example', CLOSE]), 404],
  ['an extension named __proto__', raw(['GET /_backlot/extensions/__proto__ HTTP/1.1', HOST, CLOSE]), 404],
  ['an extension with a broken escape', raw(['GET /_backlot/extensions/%zz HTTP/1.1', HOST, CLOSE]), 404],
  ['a stage named __proto__', raw(['GET /_localstack/init/__proto__ HTTP/1.1', HOST, CLOSE]), 404],
]);

export const HOSTILE_REQUESTS: readonly HostileRequest[] = [
  ...REQUEST_LINES,
  ...METHODS,
  ...TARGETS,
  ...HEADERS,
  ...LENGTHS,
  ...SMUGGLING,
  ...CHUNKS,
  ...BODIES,
  ...SOCKETS,
  ...UPGRADES,
  ...PIPELINES,
  ...LEAVING,
  ...INTERNAL,
  ...SLOW,
];
