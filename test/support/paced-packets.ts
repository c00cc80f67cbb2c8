type Kind = 'audio' | 'video';

/** @param capturedMs the simulated capture time of the packet's contents, in ms since 1970 */
export type SendPacket = (kind: Kind, packet: Buffer, capturedMs: number) => void;

const CLOCK_RATES: Readonly<Record<Kind, number>> = { audio: 48_000, video: 90_000 };
/**
 * How far an encoder's first packet precedes the film: FFmpeg's Opus encoder prepends 312 samples.
 */
const LEAD_MS: Readonly<Record<Kind, number>> = { audio: 6.5, video: 0 };
/**
 * How late the first packet is sent. Meanwhile, packets of both kinds arrive and jitter evens out.
 */
const BEHIND_MS = 1_000;

/** Packets of one kind, oldest first. */
type Stream = {
  readonly first: number;
  readonly due: { packet: Buffer; filmMs: number }[];
  timer: NodeJS.Timeout | null;
};

/**
 * Releases RTP packets at the times in their timestamps. An encoder starts one of its two streams
 * before the other; here both are sent as if a camera and a microphone had started together.
 *
 * Packets of a kind stay in order even if this process is late, because code that renumbers them
 * relies on it.
 */
export class PacedPackets {
  readonly #send: SendPacket;
  readonly #streams = new Map<Kind, Stream>();
  #startMs: number | null = null;

  constructor(send: SendPacket) {
    this.#send = send;
  }

  take(kind: Kind, packet: Buffer): void {
    const timestamp = packet.readUInt32BE(4);
    this.#startMs ??= performance.now() + BEHIND_MS;
    const stream = this.#streams.get(kind) ?? { first: timestamp, due: [], timer: null };
    this.#streams.set(kind, stream);
    const sinceFirst = (timestamp - stream.first) >>> 0;
    const filmMs = (sinceFirst / CLOCK_RATES[kind]) * 1_000 - LEAD_MS[kind];
    stream.due.push({ packet, filmMs });
    if (stream.timer === null) this.#release(kind, stream);
  }

  stop(): void {
    for (const { timer } of this.#streams.values()) clearTimeout(timer ?? undefined);
    this.#streams.clear();
  }

  /** Sends the packets that are due, then waits until the next one is. */
  #release(kind: Kind, stream: Stream): void {
    stream.timer = null;
    const startMs = this.#startMs ?? 0;
    for (let head; (head = stream.due[0]) !== undefined; stream.due.shift()) {
      const atMs = startMs + head.filmMs;
      const waitMs = atMs - performance.now();
      if (waitMs > 0) {
        stream.timer = setTimeout(() => this.#release(kind, stream), waitMs);
        return;
      }
      this.#send(kind, head.packet, performance.timeOrigin + atMs);
    }
  }
}
