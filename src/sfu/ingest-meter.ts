import type { types } from 'mediasoup';
import { z } from 'zod';
import { ArrivalWatch } from './arrival-watch.js';
import type { ProducerTraces } from './producer-traces.js';
import { StreamMeter } from './stream-meter.js';

/** The interval at which the receive counters are read. */
const INTERVAL_MS = 1_000;

/** The payload of mediasoup's `rtp` and `keyframe` traces. */
export const TracedPacket = z.object({
  rtpPacket: z.object({ ssrc: z.number(), timestamp: z.number() }),
});

type Metered = Readonly<{ traces: ProducerTraces; meters: Map<number, StreamMeter> }>;

/** Measures one publisher's incoming tracks: whether media arrives, losses, and key frames. */
export class IngestMeter {
  readonly #tracks = new Map<types.Producer, Metered>();
  readonly #arrival: ArrivalWatch;
  readonly #timer: NodeJS.Timeout;
  #isConnected = false;
  #isReading = false;

  /**
   * @param onArriving called when media starts to arrive, and when no media has arrived for ten
   *   seconds or the connection is lost
   */
  constructor(onArriving: (isArriving: boolean) => void) {
    this.#arrival = new ArrivalWatch(onArriving);
    this.#timer = setInterval(() => void this.#read(), INTERVAL_MS);
  }

  get isArriving(): boolean {
    return this.#arrival.isArriving;
  }

  /** Whether media can arrive. */
  set isConnected(isConnected: boolean) {
    this.#isConnected = isConnected;
    if (!isConnected) this.#arrival.lost();
    else for (const [producer, { traces }] of this.#tracks) this.#awaitPacket(producer, traces);
  }

  /** Measures another track until the track closes. */
  add(producer: types.Producer, traces: ProducerTraces): void {
    this.#tracks.set(producer, { traces, meters: new Map() });
    producer.observer.once('close', () => this.#tracks.delete(producer));
    if (producer.kind === 'video') this.#watchKeyFrames(producer, traces);
    if (this.#isConnected) this.#awaitPacket(producer, traces);
  }

  /** Returns the meter of one stream of a track, or null during its first second. */
  meterOf(producer: types.Producer, ssrc: number): StreamMeter | null {
    return this.#tracks.get(producer)?.meters.get(ssrc) ?? null;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#arrival.lost();
  }

  /**
   * Reports the first packet at once, because the counters might not show it until a second later.
   */
  #awaitPacket(producer: types.Producer, traces: ProducerTraces): void {
    if (this.isArriving) return;
    const stop = traces.want('rtp');
    const onTrace = ({ type }: types.ProducerTraceEventData) => {
      if (type !== 'rtp') return;
      producer.off('trace', onTrace);
      stop();
      if (this.#isConnected) this.#arrival.packet(performance.now());
    };
    producer.on('trace', onTrace);
  }

  #watchKeyFrames(producer: types.Producer, traces: ProducerTraces): void {
    traces.want('keyframe');
    producer.on('trace', ({ type, info }) => {
      const packet = type === 'keyframe' ? TracedPacket.safeParse(info) : null;
      if (!packet?.success) return;
      const { ssrc, timestamp } = packet.data.rtpPacket;
      this.#meter(producer, ssrc)?.keyFrame(timestamp, performance.now());
    });
  }

  async #read(): Promise<void> {
    // A slow worker must not be queried again before it has answered.
    if (this.#isReading) return;
    this.#isReading = true;
    const heard = await Promise.all(
      [...this.#tracks.keys()].map(async (producer) => {
        const stats = await producer.getStats().catch((): types.ProducerStat[] => []);
        for (const stat of stats) this.#meter(producer, stat.ssrc)?.sample(stat);
        const bytes = stats.reduce((sum, { byteCount }) => sum + byteCount, 0);
        return { bytes, paused: producer.paused };
      }),
    );
    this.#isReading = false;
    if (this.#isConnected) this.#arrival.check(heard, performance.now());
  }

  #meter(producer: types.Producer, ssrc: number): StreamMeter | null {
    const track = this.#tracks.get(producer);
    if (!track) return null;
    const known = track.meters.get(ssrc);
    if (known) return known;
    // The number of meters is bounded, because mediasoup accepts only as many streams as the track
    // has encodings.
    const meter = new StreamMeter(producer.rtpParameters.codecs[0]?.clockRate ?? 90_000);
    track.meters.set(ssrc, meter);
    return meter;
  }
}
