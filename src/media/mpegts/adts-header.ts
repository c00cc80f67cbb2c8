import { AAC_SAMPLE_RATES, parseAacSpecificConfig } from '../codecs/aac-specific-config.js';

const HEADER_BYTES = 7;
const FRAME_MAX = 0x1fff;
/** `adts_buffer_fullness` for a variable bit rate. */
const VARIABLE_RATE = 0x7ff;
/** The profile of AAC-LC, which is also the core of HE-AAC: its audio object type minus 1. */
const LC_PROFILE = 1;
/** Channel configurations by number of channels (ISO/IEC 14496-3 table 1.19). */
const CHANNEL_CONFIGURATIONS: ReadonlyMap<number, number> = new Map([
  ...[1, 2, 3, 4, 5, 6].map((channels) => [channels, channels] as const),
  [8, 7],
]);

/**
 * Returns the ADTS header (ISO/IEC 14496-3 1.A.2.2) for a frame of AAC-LC or HE-AAC. Decoders
 * recognize HE-AAC by its extension in the frames, because the header can't express it.
 * @param record the AudioSpecificConfig
 * @param dataBytes the size of the frame without its header
 * @returns null for a sample rate or a number of channels that ADTS can't express, or too long a
 *   frame
 */
export function adtsHeader(record: Uint8Array, dataBytes: number): Buffer | null {
  const config = parseAacSpecificConfig(record);
  const rateIndex = AAC_SAMPLE_RATES.indexOf(config?.sampleRate ?? 0);
  const channels = CHANNEL_CONFIGURATIONS.get(config?.channels ?? 0);
  const frameBytes = HEADER_BYTES + dataBytes;
  if (rateIndex === -1 || channels === undefined || frameBytes > FRAME_MAX) return null;
  const header = Buffer.alloc(HEADER_BYTES);
  // The sync word, MPEG-4, layer 0, and no CRC.
  header.writeUInt16BE(0xfff1);
  const format = (LC_PROFILE << 14) | (rateIndex << 10) | (channels << 6);
  header.writeUInt16BE(format | (frameBytes >> 11), 2);
  header.writeUInt16BE(((frameBytes & 0x7ff) << 5) | (VARIABLE_RATE >> 6), 4);
  header.writeUInt8((VARIABLE_RATE & 0x3f) << 2, 6);
  return header;
}
