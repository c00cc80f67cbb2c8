type Kind = 'audio' | 'video';

/** @param capturedMs when what is in it would have been captured, milliseconds since 1970 */
export type SendPacket = (kind: Kind, packet: Buffer, capturedMs: number) => void;

const CLOCK_RATES: Readonly<Record<Kind, number>> = { audio: 48_000, video: 90_000 };
/** An encoder's first packet begins before the film: FFmpeg's Opus encoder has 312 samples of the past in it. */
const LEAD_MS: Readonly<Record<Kind, number>> = { audio: 6.5, video: 0 };
/** Until both kinds have come, and what comes unevenly is made even. */
const BEHIND_MS = 1_000;

/**
 * Lets RTP packets go when their timestamps say. An encoder of two streams begins with one before the other; here both
 * are sent as if a camera and a microphone had begun together.
 */
export class PacedPackets {
  readonly #send: SendPacket;
  readonly #firstTimestamps = new Map<Kind, number>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #startMs: number | null = null;

  constructor(send: SendPacket) {
    this.#send = send;
  }

  take(kind: Kind, packet: Buffer): void {
    const timestamp = packet.readUInt32BE(4);
    const first = this.#firstTimestamps.get(kind) ?? timestamp;
    this.#firstTimestamps.set(kind, first);
    this.#startMs ??= performance.now() + BEHIND_MS;
    const filmMs = (((timestamp - first) >>> 0) / CLOCK_RATES[kind]) * 1_000 - LEAD_MS[kind];
    const atMs = this.#startMs + filmMs;
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        this.#send(kind, packet, performance.timeOrigin + atMs);
      },
      Math.max(0, atMs - performance.now()),
    );
    this.#timers.add(timer);
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
