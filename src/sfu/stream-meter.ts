import type { types } from 'mediasoup';

/** The number of samples in the displayed loss. */
const SAMPLES = 3;
/** The number of recorded intervals between key frames. */
const INTERVALS = 5;
/** Two key frames further apart than this are of two encoders. */
const INTERVAL_MAX_MS = 120_000;
const RTP_TIME = 2 ** 32;
/** One cycle of RTP sequence numbers. */
const SEQUENCE_CYCLE = 2 ** 16;

type Sample = Readonly<{ received: number; lost: number }>;

/**
 * Measures the reception of one stream of a publisher, from mediasoup's counters once a second and
 * from its key frames.
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

  /** @param stats with the counters since the stream's beginning */
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

  /** A packet that begins a key frame; of each key frame the first one counts. */
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

  /** Of what was sent during the last seconds, before anything was sent again. */
  get lossPercent(): number {
    const received = this.#samples.reduce((sum, one) => sum + one.received, 0);
    const lost = this.#samples.reduce((sum, one) => sum + one.lost, 0);
    return lost === 0 ? 0 : (100 * lost) / (lost + received);
  }

  /**
   * Returns the interval of key frames, milliseconds: the median of recent ones, or the time since
   * the last key frame if that is longer. Null before the second key frame.
   */
  keyFrameIntervalMs(nowMs: number): number | null {
    const sorted = this.#intervalsMs.toSorted((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)];
    if (median === undefined || !this.#keyFrame) return null;
    const sinceMs = nowMs - this.#keyFrame.atMs;
    // A slightly longer interval is due to the network, not the encoder.
    return sinceMs > 1.5 * median && sinceMs <= INTERVAL_MAX_MS ? sinceMs : median;
  }
}

/**
 * Returns the number of packets lost between two counters. mediasoup counts a whole cycle of
 * sequence numbers as lost if the first one is 0, as it is with OBS; no stream loses that many
 * packets in a second.
 */
function lostBetween(before: number, now: number): number {
  const lost = Math.max(0, now - before);
  return lost >= SEQUENCE_CYCLE ? lost - SEQUENCE_CYCLE : lost;
}
