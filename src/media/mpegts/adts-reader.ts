import { AAC_SAMPLE_RATES } from '../codecs/aac-specific-config.js';
import { equalBytes } from '../codecs/equal-bytes.js';

const HEAD_BYTES = 7;
const CRC_BYTES = 2;
const FRAME_SAMPLES = 1_024;
const TICKS_PER_S = 90_000;

/** One AAC frame: its raw_data_block, and an AudioSpecificConfig equivalent to its ADTS header. */
export type AdtsFrame = Readonly<{ data: Uint8Array; config: Uint8Array; pts: number }>;

type Header = Readonly<{
  /** The fields that are the same in all frames (adts_fixed_header). */
  fixed: number;
  frameBytes: number;
  headBytes: number;
  durationTicks: number;
  /** Whether the frame is a single raw_data_block. */
  isSingle: boolean;
  config: Uint8Array;
}>;

/**
 * Reads AAC in ADTS (ISO/IEC 14496-3 1.A.2), whose frames may extend over PES packets. Holds less
 * than one frame, of up to 8,191 bytes, and a header.
 *
 * Sound can contain bytes like those of a header. At the beginning, after a loss and after damage, a
 * frame therefore counts only if it fills a PES packet, or a header of the same format follows it.
 */
export class AdtsReader {
  #held: Buffer = Buffer.alloc(0);
  #isSynced = false;
  /** The time of the next frame, in ticks of 90 kHz; null if it is unknown. */
  #pts: number | null = null;
  #config = new Uint8Array();

  /** Discards the incomplete frame, after part of it has been lost. */
  reset(): void {
    this.#held = Buffer.alloc(0);
    this.#pts = null;
    this.#isSynced = false;
  }

  /**
   * Adds the data of a PES packet and returns the frames that it completes. Frames share one config
   * until it changes.
   * @param pts the unwrapped time of the first frame that begins in the data; null if unknown
   */
  push(data: Uint8Array, pts: number | null): AdtsFrame[] {
    const heldBytes = this.#held.length;
    const all = Buffer.concat([this.#held, data]);
    const frames: AdtsFrame[] = [];
    let at = 0;
    let isTimeSet = false;
    while (all.length - at >= HEAD_BYTES) {
      if (at >= heldBytes && !isTimeSet) {
        this.#pts = pts ?? this.#pts;
        isTimeSet = true;
      }
      const header = readHeader(all, at);
      this.#isSynced &&= header !== null;
      this.#isSynced ||= at === heldBytes && header?.frameBytes === data.length;
      const isFrame = header !== null && (this.#isSynced || isConfirmed(all, at, header));
      // More data is needed.
      if (isFrame === null || (isFrame && at + header.frameBytes > all.length)) break;
      if (!isFrame) at += 1;
      else {
        this.#isSynced = true;
        const frame = all.subarray(at + header.headBytes, at + header.frameBytes);
        frames.push(...this.#frameOf(frame, header));
        at += header.frameBytes;
      }
    }
    // The next frame begins in this data or, if no data is left, in the next.
    if (!isTimeSet && at >= heldBytes) this.#pts = pts ?? this.#pts;
    this.#held = all.subarray(at);
    return frames;
  }

  #frameOf(data: Uint8Array, { durationTicks, isSingle, config }: Header): AdtsFrame[] {
    const pts = this.#pts;
    if (pts === null) return [];
    this.#pts = pts + durationTicks;
    if (!equalBytes(this.#config, config)) this.#config = Uint8Array.from(config);
    return isSingle && data.length > 0 ? [{ data, config: this.#config, pts }] : [];
  }
}

/** Whether a header of the same format follows the frame; null if that data has yet to arrive. */
function isConfirmed(bytes: Buffer, at: number, { fixed, frameBytes }: Header): boolean | null {
  const next = at + frameBytes;
  if (next + HEAD_BYTES > bytes.length) return null;
  return readHeader(bytes, next)?.fixed === fixed;
}

function readHeader(bytes: Buffer, at: number): Header | null {
  // The sync word, and the layer, which is always 0.
  if ((bytes.readUInt16BE(at) & 0xfff6) !== 0xfff0) return null;
  const hasCrc = (bytes.readUInt8(at + 1) & 1) === 0;
  const fields = bytes.readUInt32BE(at + 2);
  const rateIndex = (fields >>> 26) & 0x0f;
  const sampleRate = AAC_SAMPLE_RATES[rateIndex];
  const frameBytes = (fields >>> 5) & 0x1fff;
  const headBytes = HEAD_BYTES + (hasCrc ? CRC_BYTES : 0);
  if (sampleRate === undefined || frameBytes < headBytes) return null;
  const objectType = (fields >>> 30) + 1;
  const channels = (fields >>> 22) & 0x07;
  return {
    fixed: bytes.readUInt32BE(at) >>> 4,
    frameBytes,
    headBytes,
    durationTicks: (FRAME_SAMPLES * TICKS_PER_S) / sampleRate,
    isSingle: (bytes.readUInt8(at + 6) & 0x03) === 0,
    // An AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1).
    config: Uint8Array.of(
      (objectType << 3) | (rateIndex >> 1),
      ((rateIndex & 1) << 7) | (channels << 3),
    ),
  };
}
