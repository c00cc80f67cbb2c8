import { readModifiers } from './enhanced-header.js';

/** The legacy `SoundFormat` (Adobe FLV 10.1, E.4.2.1), and the format of an enhanced header. */
const AAC = 10;
const ENHANCED = 9;
/**
 * AAC, with the other fields set to the values required for it: 44 kHz, 16 bits, stereo. They don't
 * describe the actual audio.
 */
const AAC_HEADER = 0xaf;
const AAC_CONFIG = 0;
const AAC_FRAME = 1;
const LEGACY_CODECS: Readonly<Record<number, string>> = {
  0: 'PCM',
  1: 'ADPCM',
  2: 'MP3',
  3: 'PCM',
  4: 'Nellymoser',
  5: 'Nellymoser',
  6: 'Nellymoser',
  7: 'G.711',
  8: 'G.711',
  11: 'Speex',
  13: 'Opus',
  14: 'MP3',
};

/** The packet types of Enhanced RTMP (v2, ExAudioTagHeader). */
const EX = { sequenceStart: 0, codedFrames: 1, multitrack: 5, modEx: 7 } as const;
const EX_CODECS: Readonly<Record<string, string>> = {
  Opus: 'Opus',
  fLaC: 'FLAC',
  '.mp3': 'MP3',
  'ac-3': 'AC-3',
  'ec-3': 'E-AC-3',
};

/** The body of an audio tag in FLV, and of an audio message in RTMP. */
export type AudioTag =
  /** The AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1). */
  | Readonly<{ type: 'config'; record: Uint8Array }>
  /** An AAC frame, without ADTS. */
  | Readonly<{ type: 'frame'; data: Uint8Array }>
  /** Audio in another format, with the format's name. */
  | Readonly<{ type: 'unsupported'; codec: string }>
  /** Nothing to play: the end of a sequence, or an unknown, empty or truncated tag. */
  | Readonly<{ type: 'nothing' }>;

const NOTHING = { type: 'nothing' } as const;

/** Reads an audio tag's body, legacy or enhanced. Never throws. The data isn't copied. */
export function readAudioTag(body: Uint8Array): AudioTag {
  const [first] = body;
  if (first === undefined) return NOTHING;
  const format = first >> 4;
  if (format === ENHANCED) return readEnhanced(body, first);
  if (format !== AAC)
    return { type: 'unsupported', codec: LEGACY_CODECS[format] ?? `format ${format}` };
  const data = body.subarray(2);
  if (data.length === 0) return NOTHING;
  if (body[1] === AAC_CONFIG) return { type: 'config', record: data };
  return body[1] === AAC_FRAME ? { type: 'frame', data } : NOTHING;
}

function readEnhanced(body: Uint8Array, first: number): AudioTag {
  const { packetType, at } = readModifiers(body, { packetType: first & 0x0f, modEx: EX.modEx });
  if (packetType === EX.multitrack) return { type: 'unsupported', codec: 'several audio tracks' };
  const fourCc = Buffer.from(body.subarray(at, at + 4)).toString('latin1');
  if (fourCc.length < 4) return NOTHING;
  if (fourCc !== 'mp4a') return { type: 'unsupported', codec: EX_CODECS[fourCc] ?? 'unknown' };
  const data = body.subarray(at + 4);
  if (data.length === 0) return NOTHING;
  if (packetType === EX.sequenceStart) return { type: 'config', record: data };
  return packetType === EX.codedFrames ? { type: 'frame', data } : NOTHING;
}

/** Returns the body of a tag with the AudioSpecificConfig, in the legacy format. */
export function audioConfigTag(record: Uint8Array): Buffer {
  return Buffer.concat([Uint8Array.of(AAC_HEADER, AAC_CONFIG), record]);
}

/** Returns the body of a tag with an AAC frame, without ADTS, in the legacy format. */
export function audioTag(data: Uint8Array): Buffer {
  return Buffer.concat([Uint8Array.of(AAC_HEADER, AAC_FRAME), data]);
}
