import type { Sample } from '../../media/mp4/sample.js';
import type { SegmentStart } from '../timeline/rendition-writer.js';
import type { OpusPackets } from '../../media/aac/aac-messages.js';

/**
 * Half a minute of Opus at the highest bit rate, which is more than the longest configurable
 * segment contains.
 */
const BYTES_MAX = 2 * 1_048_576;

/**
 * A series of continuous segments. Their frames lie on one grid, which starts with the first
 * segment.
 */
export type Epoch = Readonly<{ anchorTicks: number }>;

/** The Opus data of one segment, buffered until it is encoded or no longer needed. */
export class HeldSegment {
  readonly start: SegmentStart;
  readonly epoch: Epoch;
  readonly baseTicks: number;
  readonly parts: OpusPackets[] = [];
  /** The end of the samples received so far. */
  endTicks: number;
  /** Whether the whole segment has been received. */
  complete = false;
  #bytes = 0;

  constructor(start: SegmentStart, epoch: Epoch, baseTicks: number) {
    this.start = start;
    this.epoch = epoch;
    this.baseTicks = baseTicks;
    this.endTicks = baseTicks;
  }

  /** Copies the samples. Samples beyond a segment's size limit become silence. */
  add(baseTicks: number, samples: readonly Sample[]): void {
    const room = this.#bytes < BYTES_MAX;
    const part = pack(baseTicks, samples, room);
    this.#bytes += part.bytes.length;
    this.parts.push(part);
    this.endTicks = endOf(part);
  }
}

/** Returns the end of the packets, in ticks. */
export function endOf({ baseTicks, durations }: OpusPackets): number {
  return durations.reduce((sum, ticks) => sum + ticks, baseTicks);
}

/**
 * Copies the samples into a separate buffer. They are views of RTP packets, and posting a view to a
 * worker thread copies the whole underlying buffer.
 */
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
