import type { ArrivedPacket } from './rtp-packet.js';

/** Here packets are missing and won't be waited for any more. */
export type Loss = Readonly<{
  /** How many. 0 after a restart, where nobody knows. */
  lost: number;
  /** The sender numbers its packets anew; its RTP time may be another one, too. */
  restarted: boolean;
}>;

export type Ordered<P extends ArrivedPacket = ArrivedPacket> = P | Loss;

export const isLoss = <P extends ArrivedPacket>(item: Ordered<P>): item is Loss => 'lost' in item;

type Options = {
  /** How long a packet waits for those before it. */
  maxWaitMs: number;
  /** How many packets wait at most; one more, and the first missing ones are given up. */
  maxPackets: number;
};

// RFC 3550 A.1: a larger step of the sequence numbers is a restart, once two packets in a row confirm it.
const MAX_STEP = 3000;
// A sender that restarts just below the numbers it had would look late for long.
const STALE_MS = 1000;

/**
 * Puts one stream's packets in order of their sequence numbers (16 bits, wrapping). Repeated packets, and
 * those that come after they were given up, are dropped. Time is what the packets and {@link expire} say.
 */
export class ReorderBuffer<P extends ArrivedPacket = ArrivedPacket> {
  readonly #maxWaitMs: number;
  readonly #maxPackets: number;
  /** By sequence number, in the order of arrival; at most {@link Options.maxPackets}. */
  readonly #waiting = new Map<number, P>();
  #next: number | null = null;
  #lastInTimeMs = 0;
  /** The first packet of what may be a restart. */
  #stray: P | null = null;

  constructor({ maxWaitMs, maxPackets }: Options) {
    this.#maxWaitMs = maxWaitMs;
    this.#maxPackets = maxPackets;
  }

  /** When to call {@link expire} if nothing comes before; null: nothing waits. */
  get deadlineMs(): number | null {
    const [first] = this.#waiting.values();
    return first === undefined ? null : first.arrivedMs + this.#maxWaitMs;
  }

  /** Takes a packet and gives what is in order now. */
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

  /** Gives up what has been waited for long enough at `nowMs`, and gives what follows it. */
  expire(nowMs: number): Ordered<P>[] {
    const ordered: Ordered<P>[] = [];
    this.#drain(ordered);
    while (this.#waiting.size > 0 && this.#isOver(nowMs)) {
      this.#giveUp(ordered);
      this.#drain(ordered);
    }
    return ordered;
  }

  /** Gives up everything that is missing: nothing waits any more. */
  flush(): Ordered<P>[] {
    return this.expire(Infinity);
  }

  #isOver(nowMs: number): boolean {
    if (this.#waiting.size > this.#maxPackets) return true;
    const deadlineMs = this.deadlineMs;
    return deadlineMs !== null && nowMs >= deadlineMs;
  }

  /** What waits and follows without a gap. */
  #drain(ordered: Ordered<P>[]): void {
    if (this.#next === null) return;
    for (let packet; (packet = this.#waiting.get(this.#next)) !== undefined;) {
      this.#waiting.delete(this.#next);
      ordered.push(packet);
      this.#next = following(this.#next);
    }
  }

  /** Goes on at the next packet that is there; less than {@link MAX_STEP} steps. */
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

/** From one sequence number to another, the shorter way round. */
const distance = (from: number, to: number): number => ((to - from) << 16) >> 16;
