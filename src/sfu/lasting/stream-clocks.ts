import type { types } from 'mediasoup';
import type { Clock } from '../../common/clock.js';
import { TracedPacket } from '../ingest-meter.js';
import { ProducerTraces } from '../producer-traces.js';
import { SenderReport, unixMsOf } from '../sender-report.js';

/** Packet tracing ends after this many packets, even if some streams haven't started. */
const TRACED_PACKETS_MAX = 50;
/** A report that differs from this machine's clock by more than this, in ms, is ignored. */
const CLOCK_ERROR_MAX_MS = 10_000;

/** The RTP time that a stream's clock showed at `atMs`, in milliseconds since 1970. */
export type StreamMoment = Readonly<{ rtpTime: number; atMs: number }>;

/**
 * Tracks the RTP clocks of a producer's streams without reading all packets: from the first
 * packets, and then from sender reports. The reports must have been generated on this machine.
 */
export class StreamClocks {
  readonly #clock: Clock;
  readonly #moments = new Map<number, StreamMoment>();

  constructor(producer: types.Producer, clock: Clock) {
    this.#clock = clock;
    const traces = new ProducerTraces(producer);
    const { encodings = [] } = producer.rtpParameters;
    const endOfPackets = traces.want('rtp');
    traces.want('sr');
    let packets = 0;
    producer.on('trace', ({ type, info }) => {
      if (type === 'sr') return this.#report(info);
      if (type !== 'rtp') return;
      this.#packet(info);
      packets += 1;
      if (this.#moments.size >= encodings.length || packets >= TRACED_PACKETS_MAX) endOfPackets();
    });
  }

  /** Returns the last known moment of a stream; null if it hasn't sent anything. */
  at(ssrc: number): StreamMoment | null {
    return this.#moments.get(ssrc) ?? null;
  }

  #packet(info: unknown): void {
    const packet = TracedPacket.safeParse(info);
    if (!packet.success) return;
    const { ssrc, timestamp } = packet.data.rtpPacket;
    if (!this.#moments.has(ssrc))
      this.#moments.set(ssrc, { rtpTime: timestamp, atMs: this.#clock.nowMs() });
  }

  #report(info: unknown): void {
    const report = SenderReport.safeParse(info);
    if (!report.success) return;
    const atMs = unixMsOf(report.data);
    if (Math.abs(this.#clock.nowMs() - atMs) > CLOCK_ERROR_MAX_MS) return;
    this.#moments.set(report.data.ssrc, { rtpTime: report.data.rtpTs, atMs });
  }
}
