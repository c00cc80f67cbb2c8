import type { ArrivedPacket } from './rtp-packet.js';

/** A gap at this position: the buffer has stopped waiting for the missing packets. */
export type Loss = Readonly<{
  /** The number of lost packets; 0 after a restart, when the number is unknown. */
  lost: number;
  /** Whether the sender restarted its sequence numbers. Its RTP time may have changed as well. */
  restarted: boolean;
}>;

export type Ordered<P extends ArrivedPacket = ArrivedPacket> = P | Loss;

export const isLoss = <P extends ArrivedPacket>(item: Ordered<P>): item is Loss => 'lost' in item;

type Options = {
  /** How long a packet waits for earlier ones. */
  maxWaitMs: number;
  /**
   * The maximum number of waiting packets. If there are more, the buffer gives up on the first
   * missing packets.
   */
  maxPackets: number;
};

// RFC 3550 A.1: a larger step in sequence numbers counts as a restart once two consecutive packets
// confirm it.
const MAX_STEP = 3000;
// If no packet has been in time for this long, late packets also count as a restart. Otherwise, the
// packets of a sender that restarted with numbers just below its previous ones would be dropped as
// late for a long time.
const STALE_MS = 1000;

/**
 * Orders one stream's packets by sequence number (16 bits, wrapping). Drops duplicates, and packets
 * that arrive after the buffer gave up on them. The current time is taken from the packets and from
 * calls to {@link expire}.
 */
export class ReorderBuffer<P extends ArrivedPacket = ArrivedPacket> {
  readonly #maxWaitMs: number;
  readonly #maxPackets: number;
  /**
   * The waiting packets by sequence number, in order of arrival; at most {@link
   * Options.maxPackets}.
   */
  readonly #waiting = new Map<number, P>();
  #next: number | null = null;
  #lastInTimeMs = 0;
  /** The first packet of a possible restart. */
  #stray: P | null = null;

  constructor({ maxWaitMs, maxPackets }: Options) {
    this.#maxWaitMs = maxWaitMs;
    this.#maxPackets = maxPackets;
  }

  /** When to call {@link expire} if no packet arrives earlier; null if no packet is waiting. */
  get deadlineMs(): number | null {
    const [first] = this.#waiting.values();
    return first === undefined ? null : first.arrivedMs + this.#maxWaitMs;
  }

  /** Adds a packet and returns those that are now in order. */
  push(packet: P): Ordered<P>[] {
    const { sequenceNumber, arrivedMs } = packet;
    this.#next ??= sequenceNumber;
    const step = distance(this.#next, sequenceNumber);
    const stale = step < 0 && arrivedMs - this.#lastInTimeMs > STALE_MS;
    if (step >= MAX_STEP || step <= -MAX_STEP || stale) return this.#pushStray(packet);

    if (step < 0) return this.expire(arrivedMs);
    this.#stray = null;
    this.#lastInTimeMs = arrivedMs;
    if (step === 0 && this.#waiting.size === 0) {
      this.#next = following(sequenceNumber);
      return [packet];
    }
    if (!this.#waiting.has(sequenceNumber)) this.#waiting.set(sequenceNumber, packet);
    return this.expire(arrivedMs);
  }

  /**
   * Gives up on packets that have been missing for too long by `nowMs`, and returns the packets
   * after them.
   */
  expire(nowMs: number): Ordered<P>[] {
    const ordered: Ordered<P>[] = [];
    this.#drain(ordered);
    while (this.#waiting.size > 0 && this.#isOver(nowMs)) {
      this.#giveUp(ordered);
      this.#drain(ordered);
    }
    return ordered;
  }

  /** Gives up on all missing packets; no packet is waiting afterwards. */
  flush(): Ordered<P>[] {
    return this.expire(Infinity);
  }

  #isOver(nowMs: number): boolean {
    if (this.#waiting.size > this.#maxPackets) return true;
    const deadlineMs = this.deadlineMs;
    return deadlineMs !== null && nowMs >= deadlineMs;
  }

  /** Moves the waiting packets that follow without a gap to `ordered`. */
  #drain(ordered: Ordered<P>[]): void {
    if (this.#next === null) return;
    for (let packet; (packet = this.#waiting.get(this.#next)) !== undefined;) {
      this.#waiting.delete(this.#next);
      ordered.push(packet);
      this.#next = following(this.#next);
    }
  }

  /** Continues at the next available packet, which is fewer than {@link MAX_STEP} steps away. */
  #giveUp(ordered: Ordered<P>[]): void {
    let next = this.#next ?? 0;
    let lost = 0;
    for (; !this.#waiting.has(next); lost++) next = following(next);
    this.#next = next;
    ordered.push({ lost, restarted: false });
  }

  #pushStray(packet: P): Ordered<P>[] {
    const before = this.#stray;
    if (before === null || packet.sequenceNumber !== following(before.sequenceNumber)) {
      this.#stray = packet;
      return this.expire(packet.arrivedMs);
    }
    const ordered = this.flush();
    this.#stray = null;
    this.#next = following(packet.sequenceNumber);
    this.#lastInTimeMs = packet.arrivedMs;
    ordered.push({ lost: 0, restarted: true }, before, packet);
    return ordered;
  }
}

const following = (sequenceNumber: number): number => (sequenceNumber + 1) & 0xffff;

/** Returns the distance between two sequence numbers, taking wrapping into account. */
const distance = (from: number, to: number): number => ((to - from) << 16) >> 16;
