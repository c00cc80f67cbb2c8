import { RtmpError } from './rtmp-error.js';

/** A value of Action Message Format 0. A date is read as its number of milliseconds since 1970. */
export type AmfValue =
  | number
  | boolean
  | string
  | null
  | undefined
  | readonly AmfValue[]
  | AmfObject
  | EcmaArray;

/** An object. ECMA arrays are also read as objects. */
export type AmfObject = Readonly<{ [name: string]: AmfValue }>;

/** An object to be written as an ECMA array, as metadata usually is. */
export class EcmaArray {
  constructor(readonly entries: AmfObject) {}
}

/** The markers of the AMF0 specification, 2.1. */
const MARKER = {
  number: 0,
  boolean: 1,
  string: 2,
  object: 3,
  null: 5,
  undefined: 6,
  ecmaArray: 8,
  objectEnd: 9,
  strictArray: 10,
  date: 11,
  longString: 12,
  unsupported: 13,
  xml: 15,
  typedObject: 16,
} as const;

/** The maximum number of values in a message. Metadata has about 30, in an object. */
const VALUES_MAX = 1_024;
const DEPTH_MAX = 8;
const SHORT_STRING_MAX = 0xffff;

/**
 * Reads all values of a message (AMF0 specification).
 * @throws {RtmpError} for malformed bytes, or more than 1,024 values or eight levels
 */
export function readAmf0(bytes: Uint8Array): AmfValue[] {
  const reader = new Amf0Reader(bytes);
  const values: AmfValue[] = [];
  while (!reader.isAtEnd) values.push(reader.value(0));
  return values;
}

class Amf0Reader {
  readonly #bytes: Buffer;
  #at = 0;
  #values = 0;

  constructor({ buffer, byteOffset, byteLength }: Uint8Array) {
    this.#bytes = Buffer.from(buffer, byteOffset, byteLength);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  value(depth: number): AmfValue {
    this.#values += 1;
    if (depth > DEPTH_MAX || this.#values > VALUES_MAX)
      throw new RtmpError('A message contains too many values.');
    const marker = this.#take(1).readUInt8();
    switch (marker) {
      case MARKER.number:
        return this.#take(8).readDoubleBE();
      case MARKER.boolean:
        return this.#take(1).readUInt8() !== 0;
      case MARKER.string:
        return this.#string(2);
      case MARKER.longString:
      case MARKER.xml:
        return this.#string(4);
      case MARKER.typedObject:
        this.#string(2);
        return this.#object(depth);
      case MARKER.ecmaArray:
        // The length is only a hint, and often wrong.
        this.#take(4);
        return this.#object(depth);
      case MARKER.object:
        return this.#object(depth);
      case MARKER.strictArray:
        return this.#array(depth);
      case MARKER.date:
        return this.#take(10).readDoubleBE();
      case MARKER.null:
        return null;
      case MARKER.undefined:
      case MARKER.unsupported:
        return undefined;
      default:
        throw new RtmpError('A message contains an unknown type of value.');
    }
  }

  #object(depth: number): AmfObject {
    const entries: [string, AmfValue][] = [];
    for (;;) {
      const name = this.#string(2);
      if (name === '' && this.#bytes[this.#at] === MARKER.objectEnd) {
        this.#at += 1;
        // Defines properties without calling setters, whatever the properties' names.
        return Object.fromEntries(entries);
      }
      entries.push([name, this.value(depth + 1)]);
    }
  }

  #array(depth: number): AmfValue[] {
    const count = this.#take(4).readUInt32BE();
    const values: AmfValue[] = [];
    for (let at = 0; at < count; at += 1) values.push(this.value(depth + 1));
    return values;
  }

  #string(lengthBytes: 2 | 4): string {
    const length = this.#take(lengthBytes).readUIntBE(0, lengthBytes);
    return this.#take(length).toString('utf8');
  }

  #take(bytes: number): Buffer {
    const end = this.#at + bytes;
    if (end > this.#bytes.length) throw new RtmpError('A message ends within a value.');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}

/** Writes values one after the other (AMF0 specification). */
export function writeAmf0(values: readonly AmfValue[]): Buffer {
  return Buffer.concat(values.map(written));
}

function written(value: AmfValue): Buffer {
  if (value === null) return Buffer.from([MARKER.null]);
  if (value === undefined) return Buffer.from([MARKER.undefined]);
  if (typeof value === 'number') return writtenNumber(value);
  if (typeof value === 'boolean') return Buffer.from([MARKER.boolean, value ? 1 : 0]);
  if (typeof value === 'string') return writtenString(value);
  if (value instanceof EcmaArray) {
    const count = u32(Object.keys(value.entries).length);
    return Buffer.concat([Buffer.from([MARKER.ecmaArray]), count, writtenEntries(value.entries)]);
  }
  if (isArray(value))
    return Buffer.concat([
      Buffer.from([MARKER.strictArray]),
      u32(value.length),
      ...value.map(written),
    ]);
  return Buffer.concat([Buffer.from([MARKER.object]), writtenEntries(value)]);
}

// `Array.isArray` doesn't narrow readonly arrays.
const isArray = (value: readonly AmfValue[] | AmfObject): value is readonly AmfValue[] =>
  Array.isArray(value);

function writtenNumber(value: number): Buffer {
  const bytes = Buffer.alloc(9);
  bytes.writeDoubleBE(value, 1);
  return bytes;
}

function writtenString(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  return bytes.length > SHORT_STRING_MAX
    ? Buffer.concat([Buffer.from([MARKER.longString]), u32(bytes.length), bytes])
    : Buffer.concat([Buffer.from([MARKER.string]), u16(bytes.length), bytes]);
}

/** Names are truncated to 65,535 bytes. */
function writtenEntries(object: AmfObject): Buffer {
  const entries = Object.entries(object).flatMap(([name, value]) => {
    const bytes = Buffer.from(name, 'utf8').subarray(0, SHORT_STRING_MAX);
    return [u16(bytes.length), bytes, written(value)];
  });
  return Buffer.concat([...entries, Buffer.from([0, 0, MARKER.objectEnd])]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
