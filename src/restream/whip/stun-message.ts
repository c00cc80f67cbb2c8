import { createHmac, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import ipaddr from 'ipaddr.js';

/** The message types of the Binding method (RFC 8489, section 5). */
export const BINDING = { request: 0x0001, success: 0x0101, error: 0x0111 } as const;
export type BindingClass = keyof typeof BINDING;

/** Attribute types (RFC 8489, section 18.3; RFC 8445, section 16.1). */
export const ATTRIBUTE = {
  username: 0x0006,
  messageIntegrity: 0x0008,
  errorCode: 0x0009,
  xorMappedAddress: 0x0020,
  priority: 0x0024,
  useCandidate: 0x0025,
  fingerprint: 0x8028,
  iceControlling: 0x802a,
} as const;

const COOKIE = 0x2112_a442;
const HEADER_BYTES = 20;
const INTEGRITY_BYTES = 20;
const FINGERPRINT_XOR = 0x5354_554e;
/**
 * The maximum number of attributes, which is more than any agent sends; a message with more is
 * invalid.
 */
const ATTRIBUTES_MAX = 30;

/** A STUN message of the Binding method. */
export type StunMessage = Readonly<{
  class: BindingClass;
  /** The transaction id, 12 bytes. */
  transactionId: Buffer;
  attributes: ReadonlyMap<number, Buffer>;
}>;

/** Whether a datagram is STUN rather than DTLS or SRTP (RFC 7983, section 7). */
export function isStun(datagram: Uint8Array): boolean {
  const [first = 0xff] = datagram;
  return first <= 3;
}

/** Writes a message with MESSAGE-INTEGRITY, keyed with an ICE password, and FINGERPRINT. */
export function writeStun(message: StunMessage, password: string): Buffer {
  const attributes = [...message.attributes].map(([type, value]) => attribute(type, value));
  const body = Buffer.concat([header(message), ...attributes]);
  const integrity = attribute(ATTRIBUTE.messageIntegrity, integrityOf(body, password));
  const signed = Buffer.concat([body, integrity]);
  const fingerprint = Buffer.alloc(4);
  fingerprint.writeUInt32BE(fingerprintOf(signed));
  return withLength(Buffer.concat([signed, attribute(ATTRIBUTE.fingerprint, fingerprint)]));
}

/**
 * Reads a message of the Binding method. Returns null if the datagram is anything else, or isn't
 * signed with the password.
 */
export function readStun(datagram: Buffer, password: string): StunMessage | null {
  if (datagram.length < HEADER_BYTES || datagram.readUInt32BE(4) !== COOKIE) return null;
  if (datagram.readUInt16BE(2) !== datagram.length - HEADER_BYTES) return null;
  const type = datagram.readUInt16BE(0);
  const name = CLASSES.find((one) => BINDING[one] === type);
  if (name === undefined) return null;
  const attributes = readAttributes(datagram, password);
  return attributes && { class: name, transactionId: datagram.subarray(8, 20), attributes };
}

/**
 * Returns the value of XOR-MAPPED-ADDRESS (RFC 8489, section 14.2) in a message with this
 * transaction id.
 */
export function xorAddress(address: string, port: number, transactionId: Buffer): Buffer {
  const cookie = Buffer.alloc(4);
  cookie.writeUInt32BE(COOKIE);
  const mask = Buffer.concat([cookie, transactionId]);
  const host = ipaddr.parse(address).toByteArray();
  const head = Buffer.of(0, host.length === 4 ? 1 : 2, 0, 0);
  head.writeUInt16BE(port ^ (COOKIE >>> 16), 2);
  return Buffer.concat([head, Buffer.from(host.map((byte, at) => byte ^ (mask[at] ?? 0)))]);
}

const CLASSES: readonly BindingClass[] = ['request', 'success', 'error'];

/**
 * Returns the attributes before MESSAGE-INTEGRITY; null if MESSAGE-INTEGRITY is missing or wrong.
 */
function readAttributes(datagram: Buffer, password: string): Map<number, Buffer> | null {
  const attributes = new Map<number, Buffer>();
  let at = HEADER_BYTES;
  while (at + 4 <= datagram.length && attributes.size < ATTRIBUTES_MAX) {
    const type = datagram.readUInt16BE(at);
    const end = at + 4 + datagram.readUInt16BE(at + 2);
    if (end > datagram.length) return null;
    const value = datagram.subarray(at + 4, end);
    if (type === ATTRIBUTE.messageIntegrity) {
      const expected = integrityOf(datagram.subarray(0, at), password);
      const isRight = value.length === expected.length && timingSafeEqual(value, expected);
      return isRight ? attributes : null;
    }
    if (!attributes.has(type)) attributes.set(type, value);
    at = end + padding(end);
  }
  return null;
}

function header({ class: name, transactionId }: StunMessage): Buffer {
  const start = Buffer.alloc(8);
  start.writeUInt16BE(BINDING[name], 0);
  start.writeUInt32BE(COOKIE, 4);
  return Buffer.concat([start, transactionId]);
}

function attribute(type: number, value: Uint8Array): Buffer {
  const start = Buffer.alloc(4);
  start.writeUInt16BE(type, 0);
  start.writeUInt16BE(value.length, 2);
  return Buffer.concat([start, value, Buffer.alloc(padding(value.length))]);
}

/** Returns the number of bytes up to the next multiple of four. */
const padding = (length: number): number => -length & 3;

/**
 * Returns MESSAGE-INTEGRITY. The length in the header includes the attribute itself (RFC 8489,
 * section 14.5).
 */
function integrityOf(before: Buffer, password: string): Buffer {
  const message = withLength(before, 4 + INTEGRITY_BYTES);
  return createHmac('sha1', password).update(message).digest();
}

/** Returns the value of FINGERPRINT (RFC 8489, section 14.7). */
function fingerprintOf(before: Buffer): number {
  return (crc32(withLength(before, 8)) ^ FINGERPRINT_XOR) >>> 0;
}

/** Returns a copy whose header contains its length plus that of the bytes that follow. */
function withLength(message: Buffer, more = 0): Buffer {
  const copy = Buffer.from(message);
  copy.writeUInt16BE(message.length - HEADER_BYTES + more, 2);
  return copy;
}
