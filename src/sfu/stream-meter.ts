import type { types } from 'mediasoup';

/** The number of samples over which the displayed loss is computed. */
const SAMPLES = 3;
/** The number of recorded intervals between key frames. */
const INTERVALS = 5;
/** Key frames that are further apart than this are assumed to come from different encoders. */
const INTERVAL_MAX_MS = 120_000;
const RTP_TIME = 2 ** 32;
/** One cycle of RTP sequence numbers. */
const SEQUENCE_CYCLE = 2 ** 16;

type Sample = Readonly<{ received: number; lost: number }>;

/**
 * Measures the reception of one of a publisher's streams, from mediasoup's counters once a second
 * and from its key frames.
 */
export class StreamMeter {
  readonly #clockRate: number;
  readonly #samples: Sample[] = [];
  readonly #intervalsMs: number[] = [];
  #before: Sample | null = null;
  #keyFrame: Readonly<{ rtpTime: number; atMs: number }> | null = null;

  constructor(clockRate: number) {
    this.#clockRate = clockRate;
  }

  /** @param stats the counters since the stream began */
  sample({
    packetCount,
    packetsLost,
  }: Pick<types.ProducerStat, 'packetCount' | 'packetsLost'>): void {
    const now = { received: packetCount, lost: packetsLost };
    const { received, lost } = this.#before ?? { received: 0, lost: 0 };
    this.#before = now;
    this.#samples.push({
      received: Math.max(0, now.received - received),
      lost: lostBetween(lost, now.lost),
    });
    if (this.#samples.length > SAMPLES) this.#samples.shift();
  }

  /** Records a packet of a key frame. Only the first packet of each key frame counts. */
  keyFrame(rtpTime: number, atMs: number): void {
    const before = this.#keyFrame;
    if (before?.rtpTime === rtpTime) return;
    this.#keyFrame = { rtpTime, atMs };
    if (!before) return;
    const ticks = (rtpTime - before.rtpTime + RTP_TIME) % RTP_TIME;
    const intervalMs = (ticks / this.#clockRate) * 1_000;
    if (intervalMs > INTERVAL_MAX_MS) return;
    this.#intervalsMs.push(intervalMs);
    if (this.#intervalsMs.length > INTERVALS) this.#intervalsMs.shift();
  }

  /** The share of packets lost during the last seconds, before retransmissions. */
  get lossPercent(): number {
    const received = this.#samples.reduce((sum, one) => sum + one.received, 0);
    const lost = this.#samples.reduce((sum, one) => sum + one.lost, 0);
    return lost === 0 ? 0 : (100 * lost) / (lost + received);
  }

  /**
   * Returns the key frame interval in milliseconds: the median of recent intervals, or the time
   * since the last key frame if that is longer. Null before the second key frame.
   */
  keyFrameIntervalMs(nowMs: number): number | null {
    const sorted = this.#intervalsMs.toSorted((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)];
    if (median === undefined || !this.#keyFrame) return null;
    const sinceMs = nowMs - this.#keyFrame.atMs;
    // If the interval is only slightly longer, the network is the cause, not the encoder.
    return sinceMs > 1.5 * median && sinceMs <= INTERVAL_MAX_MS ? sinceMs : median;
  }
}

/**
 * Returns the number of packets lost between two counters. If the first sequence number is 0, as
 * with OBS, mediasoup counts a whole cycle of sequence numbers as lost. No stream loses that many
 * packets in a second.
 */
function lostBetween(before: number, now: number): number {
  const lost = Math.max(0, now - before);
  return lost >= SEQUENCE_CYCLE ? lost - SEQUENCE_CYCLE : lost;
}
