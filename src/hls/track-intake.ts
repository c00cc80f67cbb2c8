import type { TappedPacket, TappedTrack } from '../broadcast/ports/media.js';
import type { Depacketizer } from '../media/rtp/depacketizer.js';
import { isLoss, type Ordered, ReorderBuffer } from '../media/rtp/reorder-buffer.js';
import { parseRtpPacket } from '../media/rtp/rtp-packet.js';

/**
 * How long a packet waits for earlier ones. Retransmissions arrive within one or two round trips.
 * Waiting for them doesn't delay parts, because parts are written later anyway.
 */
const REORDER_MS = 200;
/** More than a second of a layer at a high bit rate. */
const REORDER_PACKETS = 1_024;

/** The interval at which a missing key frame is requested again. */
const ASK_AGAIN_MS = 1_000;
/** A layer that has sent nothing for this long is considered inactive and needs no key frame. */
const SENDING_MS = 500;

type Layer<Unit> = {
  readonly reorder: ReorderBuffer;
  readonly depacketizer: Depacketizer<Unit>;
  arrivedMs: number;
};

type Options<Unit> = Readonly<{
  track: TappedTrack;
  /** Called once per layer. */
  createDepacketizer: () => Depacketizer<Unit>;
  /** Called with each layer's units, in decoding order. */
  onUnit: (layer: number, unit: Unit) => void;
}>;

/** Reorders the packets of all layers of a track, and assembles them into units. */
export class TrackIntake<Unit> {
  readonly #options: Options<Unit>;
  readonly #layers: readonly Layer<Unit>[];
  readonly #offs: (() => void)[];
  #packetsLost = 0;
  #askedMs = Number.NEGATIVE_INFINITY;

  constructor(options: Options<Unit>) {
    const { track, createDepacketizer } = options;
    this.#options = options;
    this.#layers = Array.from({ length: track.layerCount }, () => ({
      reorder: new ReorderBuffer({ maxWaitMs: REORDER_MS, maxPackets: REORDER_PACKETS }),
      depacketizer: createDepacketizer(),
      arrivedMs: Number.NEGATIVE_INFINITY,
    }));
    this.#offs = [track.events.on('packet', (packet) => this.#take(packet))];
  }

  /** The number of lost packets. */
  get packetsLost(): number {
    return this.#packetsLost;
  }

  /**
   * Gives up on packets that timed out, and requests key frames. Must be called a few times a
   * second.
   */
  tick(nowMs: number): void {
    this.#layers.forEach(({ reorder }, layer) => {
      const { deadlineMs } = reorder;
      if (deadlineMs !== null && deadlineMs <= nowMs) this.#order(layer, reorder.expire(nowMs));
    });
    const waits = this.#layers.some(
      ({ depacketizer, arrivedMs }) => depacketizer.needsKeyFrame && nowMs - arrivedMs < SENDING_MS,
    );
    if (!waits || nowMs - this.#askedMs < ASK_AGAIN_MS) return;
    this.#askedMs = nowMs;
    this.#options.track.requestKeyFrame();
  }

  /** Flushes pending packets and stops. */
  close(): void {
    for (const off of this.#offs.splice(0)) off();
    this.#layers.forEach(({ reorder }, layer) => this.#order(layer, reorder.flush()));
  }

  #take({ layer, bytes, arrivedMs }: TappedPacket): void {
    const packet = parseRtpPacket(bytes);
    const taker = this.#layers[layer];
    if (!packet || !taker) return;
    taker.arrivedMs = arrivedMs;
    this.#order(layer, taker.reorder.push({ ...packet, arrivedMs }));
  }

  #order(index: number, items: readonly Ordered[]): void {
    const depacketizer = this.#layers[index]?.depacketizer;
    if (!depacketizer) return;
    for (const item of items) {
      if (isLoss(item)) {
        this.#packetsLost += item.lost;
        depacketizer.lost();
        // Viewers see the loss until the next key frame, so request one at once.
        this.#options.track.requestKeyFrame();
      } else for (const unit of depacketizer.push(item)) this.#options.onUnit(index, unit);
    }
  }
}
