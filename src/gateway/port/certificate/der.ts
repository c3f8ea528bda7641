/** The few forms of ASN.1 in DER (X.690) that a certificate is made of. Each function gives one encoded value. */

export function sequence(...parts: readonly Buffer[]): Buffer {
  return encode(0x30, ...parts);
}

export function set(...parts: readonly Buffer[]): Buffer {
  return encode(0x31, ...parts);
}

/** A positive number, from its bytes, the highest first. */
export function integer(bytes: Buffer): Buffer {
  const isNegative = (bytes[0] ?? 0) >= 0x80;
  return encode(0x02, isNegative ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

export function truth(): Buffer {
  return encode(0x01, Buffer.from([0xff]));
}

/** An object identifier, from its usual form: `2.5.29.17`. */
export function identifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...others] = dotted.split('.').map(Number);
  return encode(0x06, Buffer.from([40 * first + second, ...others.flatMap(base128)]));
}

export function text(value: string): Buffer {
  return encode(0x0c, Buffer.from(value, 'utf8'));
}

/** Bits of which the last `unused` do not count. */
export function bits(bytes: Buffer, unused = 0): Buffer {
  return encode(0x03, Buffer.from([unused]), bytes);
}

export function octets(...parts: readonly Buffer[]): Buffer {
  return encode(0x04, ...parts);
}

/** A time, to the second: with two digits for the year up to 2049, as certificates have it (RFC 5280, 4.1.2.5). */
export function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, '');
  return date.getUTCFullYear() < 2050 ? encode(0x17, Buffer.from(digits.slice(2))) : encode(0x18, Buffer.from(digits));
}

/** A value under a number that the context gives a meaning; `plain` when it is bytes and not made of values. */
export function tagged(number: number, content: Buffer, plain = false): Buffer {
  return encode((plain ? 0x80 : 0xa0) + number, content);
}

function encode(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content)]), content]);
}

function lengthOf({ length }: Buffer): number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest >>= 8) bytes.unshift(rest & 0xff);
  return [0x80 | bytes.length, ...bytes];
}

function base128(value: number): number[] {
  const bytes = [value & 0x7f];
  for (let rest = value >> 7; rest > 0; rest >>= 7) bytes.unshift(0x80 | (rest & 0x7f));
  return bytes;
}
