import type { LiveBroadcast } from '../broadcast/live-broadcast.js';
import type { Peer } from '../broadcast/peer.js';
import type { PublisherMedia } from '../broadcast/ports/media.js';
import type { Clock } from '../common/clock.js';
import type { TransportOptions } from '../protocol/rtc.js';
import type { IceCredentials } from '../http-rtc/sdp-fragment.js';
import { IceSession } from '../http-rtc/ice-session.js';

/**
 * The time within which closing the connection and sending DELETE count as one action. An encoder
 * that stops first closes its connection and then sends DELETE.
 */
const LEAVING_MS = 5_000;
/**
 * The time limit for media to arrive on a new connection. After that, the connection no longer
 * occupies the channel.
 */
const CONNECTING_MS = 5_000;

type Options = {
  id: string;
  channel: { id: string; name: string };
  /** The id of the stream key with which the session was started. */
  keyId: string;
  peer: Peer;
  broadcast: LiveBroadcast;
  media: PublisherMedia;
  /** The server's transport, as it is described to the client. */
  transport: TransportOptions;
  remote: IceCredentials;
  clock: Clock;
};

/** One WHIP publisher's session, which is the resource `/whip/NAME/ID`. */
export class WhipSession {
  readonly id: string;
  readonly channel: Options['channel'];
  readonly keyId: string;
  readonly ice: IceSession;
  readonly #options: Options;
  readonly #startedAtMs: number;
  #lostAtMs: number | null = null;

  constructor(options: Options) {
    const { media, transport, clock } = options;
    this.#options = options;
    this.id = options.id;
    this.channel = options.channel;
    this.keyId = options.keyId;
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
   * Whether the connection is closed permanently. The resource remains for a while, so that the
   * client can delete it.
   */
  get closed(): boolean {
    return this.#options.media.closed;
  }

  /** How long ago the connection was lost, in milliseconds; 0 if it is connected. */
  get lostMs(): number {
    return this.#lostAtMs === null ? 0 : this.#options.clock.nowMs() - this.#lostAtMs;
  }

  /**
   * Resolves to whether no media arrives although the encoder has had time to connect. In that
   * case, the same encoder may already be reconnecting.
   */
  async isSilent(): Promise<boolean> {
    const { clock, media } = this.#options;
    if (clock.nowMs() - this.#startedAtMs < CONNECTING_MS) return media.closed;
    return !media.isArriving || (await media.bitrateBps()) === 0;
  }

  /**
   * Whether DELETE ends the broadcast. It does if the connection was open until now, because the
   * publisher has then stopped streaming. If the connection was lost earlier, the encoder is
   * cleaning up before it reconnects.
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
