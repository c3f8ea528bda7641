/** Multipart forms (RFC 7578), as browsers, curl and the HTTP clients of all languages write them. */
import { HttpError } from '../../api/http-error';
import type { Form, FormFile } from '../../api/request-body';

/** `; name=value` or `; name="value"`, in which a quote is written `\"`. */
const PARAMETER = /;\s*([^\s=;]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]*))/g;

const LINE = '\r\n';

/** A line that ends one part and begins the next, or ends the form. */
interface Delimiter {
  /** Where the part before it ends. */
  readonly start: number;
  /** Where the part behind it begins. */
  readonly end: number;
  readonly isLast: boolean;
}

/**
 * Reads a form that is there whole. Fields are UTF-8. The name of a file may also be given by `filename*`, which .NET sends, and
 * names may stand without quotes. Throws a 400 that says what is wrong.
 */
export function parseMultipart(bytes: Buffer, contentType: string): Form {
  const boundary = parametersOf(contentType).get('boundary') ?? '';
  if (boundary === '') throw invalid('its content type names no boundary');
  const fields = new URLSearchParams();
  const files: FormFile[] = [];
  let delimiter = findDelimiter(bytes, boundary, 0);
  if (!delimiter) throw invalid(`there is no line --${boundary} in it, where its parts should begin`);
  while (!delimiter.isLast) {
    const next = findDelimiter(bytes, boundary, delimiter.end - LINE.length);
    if (!next) throw invalid(`it has no end: no line --${boundary}-- stands behind its last part`);
    addPart(bytes.subarray(delimiter.end, next.start), fields, files);
    delimiter = next;
  }
  return { fields, files };
}

function findDelimiter(bytes: Buffer, boundary: string, from: number): Delimiter | undefined {
  const mark = Buffer.from(`--${boundary}`);
  for (let at = bytes.indexOf(mark, from); at !== -1; at = bytes.indexOf(mark, at + 1)) {
    const isLineStart = at === 0 || bytes.toString('latin1', at - LINE.length, at) === LINE;
    if (!isLineStart) continue;
    let end = at + mark.length;
    const isLast = bytes.toString('latin1', end, end + 2) === '--';
    if (isLast) end += 2;
    // Mail servers of old may put blanks behind it.
    while (bytes[end] === 0x20 || bytes[end] === 0x09) end++;
    if (isLast || bytes.toString('latin1', end, end + LINE.length) === LINE) {
      return { start: Math.max(0, at - LINE.length), end: end + LINE.length, isLast };
    }
  }
  return undefined;
}

function addPart(part: Buffer, fields: URLSearchParams, files: FormFile[]): void {
  const endOfHead = part.indexOf(LINE + LINE);
  if (endOfHead === -1) throw invalid('a part has no empty line between its headers and what it holds');
  const headers = headersOf(part.toString('utf8', 0, endOfHead));
  const disposition = parametersOf(headers.get('content-disposition') ?? '');
  const name = disposition.get('name');
  if (name === undefined) throw invalid('a part has no Content-Disposition with a name');
  const held = part.subarray(endOfHead + 2 * LINE.length);
  const isBase64 = headers.get('content-transfer-encoding')?.toLowerCase() === 'base64';
  const bytes = isBase64 ? Buffer.from(held.toString('latin1'), 'base64') : held;
  const filename = decodeExtended(disposition.get('filename*')) ?? disposition.get('filename');
  if (filename === undefined) fields.append(name, bytes.toString());
  else files.push({ name, filename, type: headers.get('content-type') ?? 'text/plain', bytes });
}

/** The headers of a part, by their names in lower case. */
function headersOf(head: string): Map<string, string> {
  return new Map(
    head.split(LINE).map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
}

/** The parameters of a header, by their names in lower case. Browsers escape quotes and line ends as in a URL. */
function parametersOf(header: string): Map<string, string> {
  const found = [...header.matchAll(PARAMETER)].map(([, name = '', quoted, bare = '']): [string, string] => [
    name.toLowerCase(),
    quoted === undefined ? bare : quoted.replace(/\\(["\\])/g, '$1').replace(/%(22|0D|0A)/gi, decodeURIComponent),
  ]);
  return new Map(found);
}

/** A value as RFC 8187 writes it: `utf-8''na%C3%AFve.txt`. Undefined for another charset or a broken one. */
function decodeExtended(value: string | undefined): string | undefined {
  const [, encoded] = /^utf-8'[^']*'(.*)$/i.exec(value ?? '') ?? [];
  try {
    return encoded === undefined ? undefined : decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}

function invalid(why: string): HttpError {
  return new HttpError(400, `the body is not a valid form: ${why}`);
}
