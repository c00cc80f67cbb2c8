import { readModifiers } from './enhanced-header.js';

/** The values of the legacy header (Adobe FLV 10.1, E.4.3.1). */
const KEY_FRAME = 1;
const INTER_FRAME = 2;
const COMMAND_FRAME = 5;
const AVC = 7;
const LEGACY_HEADER_BYTES = 5;
/** The legacy `AVCPacketType`: sequence header, NAL units, or end of sequence. */
const AVC_CONFIG = 0;
const AVC_PICTURE = 1;
/** The names of the other legacy codecs. */
const LEGACY_CODECS: Readonly<Record<number, string>> = {
  2: 'Sorenson H.263',
  3: 'Screen Video',
  4: 'VP6',
  5: 'VP6',
  6: 'Screen Video',
  12: 'H.265',
  13: 'AV1',
};

/** The packet types of Enhanced RTMP (v2, ExVideoTagHeader). */
const EX = {
  sequenceStart: 0,
  codedFrames: 1,
  sequenceEnd: 2,
  codedFramesX: 3,
  metadata: 4,
  multitrack: 6,
  modEx: 7,
} as const;
const EX_CODECS: Readonly<Record<string, string>> = {
  hvc1: 'H.265',
  av01: 'AV1',
  vp08: 'VP8',
  vp09: 'VP9',
};

/** The body of a video tag in FLV, and of a video message in RTMP. */
export type VideoTag =
  /** The body of `avcC`. */
  | Readonly<{ type: 'config'; record: Uint8Array }>
  | Readonly<{
      type: 'picture';
      keyFrame: boolean;
      /** The time from decoding to display. Some encoders send negative values. */
      compositionMs: number;
      /** NAL units, each preceded by its length. */
      data: Uint8Array;
    }>
  /** Video in another format, with the format's name. */
  | Readonly<{ type: 'unsupported'; codec: string }>
  /**
   * Nothing to show: the end of a sequence, a command, metadata, or an unknown or truncated tag.
   */
  | Readonly<{ type: 'nothing' }>;

const NOTHING = { type: 'nothing' } as const;

/** Reads a video tag's body, legacy or enhanced. Never throws. The data isn't copied. */
export function readVideoTag(body: Uint8Array): VideoTag {
  const [first] = body;
  if (first === undefined) return NOTHING;
  return first >= 0x80 ? readEnhanced(body, first) : readLegacy(body, first);
}

function readLegacy(body: Uint8Array, first: number): VideoTag {
  const frameType = first >> 4;
  const codec = first & 0x0f;
  if (frameType === COMMAND_FRAME) return NOTHING;
  if (codec !== AVC)
    return { type: 'unsupported', codec: LEGACY_CODECS[codec] ?? `format ${codec}` };
  if (body.length < LEGACY_HEADER_BYTES) return NOTHING;
  const data = body.subarray(LEGACY_HEADER_BYTES);
  if (body[1] === AVC_CONFIG) return { type: 'config', record: data };
  if (body[1] !== AVC_PICTURE) return NOTHING;
  return {
    type: 'picture',
    keyFrame: frameType === KEY_FRAME,
    compositionMs: signed24(body, 2),
    data,
  };
}

function readEnhanced(body: Uint8Array, first: number): VideoTag {
  const frameType = (first >> 4) & 7;
  const { packetType, at } = readModifiers(body, { packetType: first & 0x0f, modEx: EX.modEx });
  if (packetType === EX.multitrack) return { type: 'unsupported', codec: 'several video tracks' };
  if (packetType !== EX.metadata && frameType === COMMAND_FRAME) return NOTHING;
  const fourCc = Buffer.from(body.subarray(at, at + 4)).toString('latin1');
  if (fourCc.length < 4) return NOTHING;
  if (fourCc !== 'avc1') return { type: 'unsupported', codec: EX_CODECS[fourCc] ?? 'unknown' };
  const data = body.subarray(at + 4);
  const keyFrame = frameType === KEY_FRAME;
  if (packetType === EX.sequenceStart) return { type: 'config', record: data };
  if (packetType === EX.codedFramesX) return { type: 'picture', keyFrame, compositionMs: 0, data };
  if (packetType !== EX.codedFrames || data.length < 3) return NOTHING;
  return {
    type: 'picture',
    keyFrame,
    compositionMs: signed24(data, 0),
    data: data.subarray(3),
  };
}

/** Returns the body of a tag with the body of `avcC`, in the legacy format. */
export function videoConfigTag(record: Uint8Array): Buffer {
  return Buffer.concat([Uint8Array.of((KEY_FRAME << 4) | AVC, AVC_CONFIG, 0, 0, 0), record]);
}

/**
 * Returns the body of a tag with an H.264 frame, in the legacy format.
 * @param picture.compositionMs from -8,388,608 to 8,388,607
 */
export function videoTag({
  keyFrame,
  compositionMs,
  data,
}: Readonly<{ keyFrame: boolean; compositionMs: number; data: Uint8Array }>): Buffer {
  const header = Buffer.alloc(LEGACY_HEADER_BYTES);
  header.writeUInt8(((keyFrame ? KEY_FRAME : INTER_FRAME) << 4) | AVC);
  header.writeUInt8(AVC_PICTURE, 1);
  header.writeIntBE(compositionMs, 2, 3);
  return Buffer.concat([header, data]);
}

function signed24(bytes: Uint8Array, at: number): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset + at, 3).readIntBE(0, 3);
}
