/** Tells from the first bytes of a connection what is spoken on it. */
import { METHODS } from 'node:http';
import type { ProtocolRecord } from './protocol-table';

/** Is told what a protocol’s `detect` threw. Such a protocol is passed over. */
export type DetectFailed = (error: unknown, record: ProtocolRecord) => void;

/** What the gateway speaks by itself, or a protocol of an extension. */
export type Speech = 'tls' | 'http1' | 'http2' | ProtocolRecord;

/** The most bytes that are looked at. */
export const MOST_BYTES = 1024;

const TLS_HANDSHAKE = 0x16;
const LETTER_P = 0x50;

/** What a client that knows that it may speak HTTP/2 begins with (RFC 9113, 3.4). */
const HTTP2_PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
const HTTP1_BEGINNINGS = METHODS.map((method) => Buffer.from(`${method} `, 'latin1'));

/**
 * Says what the bytes begin, or undefined when it takes more of them. With `isLast` there is an answer: bytes that begin
 * nothing known are left to HTTP/1.1, which knows how to refuse them.
 *
 * Protocols that want to be asked first are; then come TLS and HTTP, then the other protocols in their order.
 */
export function tellSpeech(
  bytes: Buffer,
  protocols: readonly ProtocolRecord[],
  isLast: boolean,
  failed: DetectFailed,
): Speech | undefined {
  if (protocols.length === 0) return bytes[0] === LETTER_P ? tellP(bytes, isLast) : tellUsual(bytes);
  const early = ask(bytes, protocols, true, failed);
  if (early !== 'none' && (early !== undefined || !isLast)) return early;
  if (bytes[0] === TLS_HANDSHAKE) return 'tls';
  if (bytes[0] === LETTER_P && isPartOf(bytes, HTTP2_PREFACE)) {
    if (bytes.length >= HTTP2_PREFACE.length) return 'http2';
    if (!isLast) return undefined;
  }
  if (HTTP1_BEGINNINGS.some((beginning) => bytes.length >= beginning.length && isPartOf(bytes, beginning))) {
    return 'http1';
  }
  const isUndecided = HTTP1_BEGINNINGS.some((beginning) => isPartOf(bytes, beginning));
  if (isUndecided && !isLast) return undefined;
  const late = ask(bytes, protocols, false, failed);
  if (late === 'none' || (late === undefined && isLast)) return 'http1';
  return late;
}

function tellUsual(bytes: Buffer): Speech {
  return bytes[0] === TLS_HANDSHAKE ? 'tls' : 'http1';
}

function tellP(bytes: Buffer, isLast: boolean): Speech | undefined {
  if (!isPartOf(bytes, HTTP2_PREFACE)) return 'http1';
  if (bytes.length >= HTTP2_PREFACE.length) return 'http2';
  return isLast ? 'http1' : undefined;
}

/** The protocol that takes the bytes; undefined while one cannot tell yet. */
function ask(
  bytes: Buffer,
  protocols: readonly ProtocolRecord[],
  first: boolean,
  failed: DetectFailed,
): ProtocolRecord | undefined | 'none' {
  let isOpen = false;
  for (const record of protocols) {
    if ((record.protocol.first === true) !== first) continue;
    try {
      const isTheirs = record.protocol.detect(bytes);
      if (isTheirs === true) return record;
      if (isTheirs === undefined) isOpen = true;
    } catch (error) {
      failed(error, record);
    }
  }
  return isOpen ? undefined : 'none';
}

/** True when one of the two begins with the other. */
function isPartOf(bytes: Buffer, whole: Buffer): boolean {
  const length = Math.min(bytes.length, whole.length);
  return bytes.compare(whole, 0, length, 0, length) === 0;
}
