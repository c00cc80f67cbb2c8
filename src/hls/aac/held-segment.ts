import type { Sample } from '../../media/mp4/sample.js';
import type { SegmentStart } from '../timeline/rendition-writer.js';
import type { OpusPackets } from '../../media/aac/aac-messages.js';

/** More Opus than a segment of any length that can be set has: half a minute at the highest bitrate. */
const BYTES_MAX = 2 * 1_048_576;

/** Segments that go on from one another: their frames lie on one grid, which begins with the first. */
export type Epoch = Readonly<{ anchorTicks: number }>;

/** One segment's Opus, kept until it is encoded or nobody asks for it any more. */
export class HeldSegment {
  readonly start: SegmentStart;
  readonly epoch: Epoch;
  readonly baseTicks: number;
  readonly parts: OpusPackets[] = [];
  /** Where what came of it so far ends. */
  endTicks: number;
  /** All of it came. */
  complete = false;
  #bytes = 0;

  constructor(start: SegmentStart, epoch: Epoch, baseTicks: number) {
    this.start = start;
    this.epoch = epoch;
    this.baseTicks = baseTicks;
    this.endTicks = baseTicks;
  }

  /** Takes a copy; what is too much for one segment counts as silence. */
  add(baseTicks: number, samples: readonly Sample[]): void {
    const room = this.#bytes < BYTES_MAX;
    const part = pack(baseTicks, samples, room);
    this.#bytes += part.bytes.length;
    this.parts.push(part);
    this.endTicks = endOf(part);
  }
}

/** Where the packets end, ticks. */
export function endOf({ baseTicks, durations }: OpusPackets): number {
  return durations.reduce((sum, ticks) => sum + ticks, baseTicks);
}

/** One buffer of its own: samples are views of RTP packets, which a message would carry whole. */
function pack(baseTicks: number, samples: readonly Sample[], withData: boolean): OpusPackets {
  const lengths = Uint32Array.from(samples, ({ data }) => (withData ? data.length : 0));
  const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  let offset = 0;
  for (const { data } of withData ? samples : []) {
    bytes.set(data, offset);
    offset += data.length;
  }
  const durations = Uint32Array.from(samples, ({ durationTicks }) => durationTicks);
  return { baseTicks, bytes, lengths, durations };
}
