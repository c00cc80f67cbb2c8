import type { LiveBroadcast } from '../broadcast/live-broadcast.js';
import type { Peer } from '../broadcast/peer.js';
import type { PublisherMedia } from '../broadcast/ports/media.js';
import type { Clock } from '../common/clock.js';
import type { TransportOptions } from '../protocol/rtc.js';
import type { IceCredentials } from '../http-rtc/sdp-fragment.js';
import { IceSession } from '../http-rtc/ice-session.js';

/**
 * A program that stops closes its connection, then sends DELETE; within this time both count as
 * one.
 */
const LEAVING_MS = 5_000;
/**
 * How long a new connection may take until media flows; after that it no longer holds the channel.
 */
const CONNECTING_MS = 5_000;

type Options = {
  id: string;
  channel: { id: string; name: string };
  peer: Peer;
  broadcast: LiveBroadcast;
  media: PublisherMedia;
  /** Our end as its program was told of it. */
  transport: TransportOptions;
  remote: IceCredentials;
  clock: Clock;
};

/** One WHIP publisher, the resource `/whip/NAME/ID`. */
export class WhipSession {
  readonly id: string;
  readonly channel: Options['channel'];
  readonly ice: IceSession;
  readonly #options: Options;
  readonly #startedAtMs: number;
  #lostAtMs: number | null = null;

  constructor(options: Options) {
    const { media, transport, clock } = options;
    this.#options = options;
    this.id = options.id;
    this.channel = options.channel;
    this.ice = new IceSession({ transport, restartIce: () => media.restartIce() }, options.remote);
    this.#startedAtMs = clock.nowMs();
    media.events.on('connected', () => {
      this.#lostAtMs = null;
    });
    media.events.on('disconnected', () => {
      this.#lostAtMs ??= clock.nowMs();
    });
    media.events.on('closed', () => {
      this.#lostAtMs ??= clock.nowMs();
    });
    if (media.closed) this.#lostAtMs = this.#startedAtMs;
  }

  get peerId(): string {
    return this.#options.peer.id;
  }

  /**
   * Whether its connection is closed permanently; the resource remains for a while, so that it can
   * be deleted.
   */
  get closed(): boolean {
    return this.#options.media.closed;
  }

  /** How long its connection has been lost, milliseconds; 0 if connected. */
  get lostMs(): number {
    return this.#lostAtMs === null ? 0 : this.#options.clock.nowMs() - this.#lostAtMs;
  }

  /**
   * Whether no media arrives although it had time to connect: the same program may already have
   * reconnected.
   */
  async isSilent(): Promise<boolean> {
    const { clock, media } = this.#options;
    if (clock.nowMs() - this.#startedAtMs < CONNECTING_MS) return media.closed;
    return !media.isArriving || (await media.bitrateBps()) === 0;
  }

  /**
   * Its program has asked for the end. A connection that was there until now is that of somebody who
   * stopped streaming; one that was lost before is tidied up by a program that is about to come back.
   */
  get endsBroadcast(): boolean {
    const { broadcast } = this.#options;
    const by = broadcast.publisherPeerId;
    return (by === null || by === this.peerId) && this.lostMs < LEAVING_MS;
  }

  endBroadcast(): void {
    this.#options.broadcast.end('publisher_ended');
  }
}
