import type { ArrivedPacket } from './rtp-packet.js';

/** Packets are missing here and are no longer awaited. */
export type Loss = Readonly<{
  /** Their number; 0 after a restart, when it is unknown. */
  lost: number;
  /** The sender restarted its sequence numbers; its RTP time may have changed too. */
  restarted: boolean;
}>;

export type Ordered<P extends ArrivedPacket = ArrivedPacket> = P | Loss;

export const isLoss = <P extends ArrivedPacket>(item: Ordered<P>): item is Loss => 'lost' in item;

type Options = {
  /** How long a packet waits for earlier ones. */
  maxWaitMs: number;
  /** The maximum number of waiting packets; beyond it, the first missing ones are given up. */
  maxPackets: number;
};

// RFC 3550 A.1: a larger step in sequence numbers is a restart, once two consecutive packets
// confirm it.
const MAX_STEP = 3000;
// A sender that restarts just below its previous numbers would look late for a long time.
const STALE_MS = 1000;

/**
 * Orders one stream's packets by sequence number (16 bits, wrapping). Drops duplicates, and packets
 * that arrive after they were given up. Time is given by the packets and {@link expire}.
 */
export class ReorderBuffer<P extends ArrivedPacket = ArrivedPacket> {
  readonly #maxWaitMs: number;
  readonly #maxPackets: number;
  /** By sequence number, in order of arrival; at most {@link Options.maxPackets}. */
  readonly #waiting = new Map<number, P>();
  #next: number | null = null;
  #lastInTimeMs = 0;
  /** The first packet of a possible restart. */
  #stray: P | null = null;

  constructor({ maxWaitMs, maxPackets }: Options) {
    this.#maxWaitMs = maxWaitMs;
    this.#maxPackets = maxPackets;
  }

  /** When to call {@link expire} if no packet arrives earlier; null if none is waiting. */
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

  /** Gives up packets missing for too long at `nowMs`, and returns the ones after them. */
  expire(nowMs: number): Ordered<P>[] {
    const ordered: Ordered<P>[] = [];
    this.#drain(ordered);
    while (this.#waiting.size > 0 && this.#isOver(nowMs)) {
      this.#giveUp(ordered);
      this.#drain(ordered);
    }
    return ordered;
  }

  /** Gives up all missing packets: none is waiting afterwards. */
  flush(): Ordered<P>[] {
    return this.expire(Infinity);
  }

  #isOver(nowMs: number): boolean {
    if (this.#waiting.size > this.#maxPackets) return true;
    const deadlineMs = this.deadlineMs;
    return deadlineMs !== null && nowMs >= deadlineMs;
  }

  /** The waiting packets that follow without a gap. */
  #drain(ordered: Ordered<P>[]): void {
    if (this.#next === null) return;
    for (let packet; (packet = this.#waiting.get(this.#next)) !== undefined;) {
      this.#waiting.delete(this.#next);
      ordered.push(packet);
      this.#next = following(this.#next);
    }
  }

  /** Continues at the next available packet, fewer than {@link MAX_STEP} steps away. */
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

/** The distance between two sequence numbers, the shorter way around. */
const distance = (from: number, to: number): number => ((to - from) << 16) >> 16;
