import { type AmfObject, type AmfValue, EcmaArray, readAmf0, writeAmf0 } from './amf0.js';
import { RtmpError } from './rtmp-error.js';
import { MESSAGE, type RtmpMessage } from './rtmp-message.js';

/** A command, or the response to one (RTMP 1.0, 7.2). */
export type RtmpCommand = Readonly<{
  /** The command's name; `_result` or `_error` in a response. */
  name: string;
  /** The number by which a response refers to its command; 0 if no response is expected. */
  transaction: number;
  /** The command object; null if absent. */
  object: AmfObject | null;
  args: readonly AmfValue[];
}>;

/** A data message, such as `onMetaData` (RTMP 1.0, 7.1.3). */
export type RtmpData = Readonly<{ name: string; args: readonly AmfValue[] }>;

/**
 * Reads a command message; returns null for messages of other types.
 * @throws {RtmpError} for a malformed command
 */
export function readCommand({ type, payload }: RtmpMessage): RtmpCommand | null {
  if (type !== MESSAGE.command && type !== MESSAGE.amf3Command) return null;
  const [name, transaction, object, ...args] = readAmf0(amf0Of(payload, type));
  if (typeof name !== 'string') throw new RtmpError('A command has no name.');
  return {
    name,
    // Some hardware sends deleteStream with a string instead of a number.
    transaction: typeof transaction === 'number' ? transaction : 0,
    object: isAmfObject(object) ? object : null,
    args,
  };
}

export function writeCommand(
  { name, transaction, object, args }: RtmpCommand,
  streamId: number,
): RtmpMessage {
  const payload = writeAmf0([name, transaction, object, ...args]);
  return { type: MESSAGE.command, streamId, timeMs: 0, payload };
}

/**
 * Reads a data message, without the `@setDataFrame` that publishers prepend; returns null for
 * messages of other types.
 * @throws {RtmpError} for malformed data
 */
export function readData({ type, payload }: RtmpMessage): RtmpData | null {
  if (type !== MESSAGE.data && type !== MESSAGE.amf3Data) return null;
  const values = readAmf0(amf0Of(payload, type));
  const [name, ...args] = values[0] === '@setDataFrame' ? values.slice(1) : values;
  return typeof name === 'string' ? { name, args } : null;
}

/** Returns the message that describes a stream to the server to which it is published. */
export function writeMetadata(metadata: AmfObject, streamId: number): RtmpMessage {
  const payload = writeAmf0(['@setDataFrame', 'onMetaData', new EcmaArray(metadata)]);
  return { type: MESSAGE.data, streamId, timeMs: 0, payload };
}

export const isAmfObject = (value: AmfValue): value is AmfObject =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof EcmaArray);

/** The AMF3 messages that encoders send contain AMF0 after a format byte (AMF3 4.1). */
function amf0Of(payload: Uint8Array, type: number): Uint8Array {
  const isAmf3 = type === MESSAGE.amf3Command || type === MESSAGE.amf3Data;
  return isAmf3 && payload[0] === 0 ? payload.subarray(1) : payload;
}
