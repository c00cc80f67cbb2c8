import type { RequestVisitor } from '../access/request-visitors.js';
import type { LiveChannel } from '../broadcast/live-channel.js';
import type { ReceiverMedia } from '../broadcast/ports/media.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import type { MediaKind, TransportOptions } from '../protocol/rtc.js';
import { IceSession } from '../http-rtc/ice-session.js';
import type { IceCredentials } from '../http-rtc/sdp-fragment.js';
import type { WhepPeer } from './whep-peer.js';

/** How long a player may take to connect, and to answer the server's offer (WHEP 4.3.2). */
const CONNECT_TIMEOUT_MS = 30_000;
/**
 * How long a player that lost its network may take to restart ICE, on top of the ten seconds until
 * the loss is noticed.
 */
const RESTART_TIMEOUT_MS = 20_000;

type Options = {
  peer: WhepPeer;
  visitor: RequestVisitor;
  live: LiveChannel;
  media: ReceiverMedia;
  /** Our end as the player was told of it. */
  transport: TransportOptions;
  /** Null until the server's offer is answered. */
  remote: IceCredentials | null;
  /** The index of the section that video is sent in; null: there is none. */
  videoSection: number | null;
  /** The kinds of tracks that it can identify without having been told of them. */
  finds: ReadonlySet<MediaKind>;
  /** Undoes what made it a viewer. */
  leave: () => void;
};

/** One player, the resource `/whep/NAME/ID`. Ends with its connection. */
export class WhepSession {
  readonly events = new TypedEmitter<{ closed: [] }>();
  readonly id: string;
  readonly visitor: RequestVisitor;
  readonly live: LiveChannel;
  readonly media: ReceiverMedia;
  readonly ice: IceSession;
  readonly #options: Options;
  #isAnswered: boolean;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: Options) {
    const { peer, visitor, live, media, transport, remote } = options;
    this.#options = options;
    this.id = peer.id;
    this.visitor = visitor;
    this.live = live;
    this.media = media;
    this.ice = new IceSession({ transport, restartIce: () => media.restartIce() }, remote);
    this.#isAnswered = remote !== null;
    this.#closeAfter(CONNECT_TIMEOUT_MS);
    media.events.on('connected', () => clearTimeout(this.#timer));
    media.events.on('disconnected', () => this.#closeAfter(RESTART_TIMEOUT_MS));
    media.events.on('closed', () => this.close());
    media.events.on('consumerClosed', () => {
      // A track is only removed in favor of another codec, which the player does not know.
      if (this.#isAnswered) this.close();
    });
    media.events.on('consumerAdded', ({ kind }) => {
      // It would show nothing any more; by another session it is told of this track.
      if (this.#isAnswered && !options.finds.has(kind)) this.close();
    });
  }

  /** False while our offer waits for the player's answer. */
  get isAnswered(): boolean {
    return this.#isAnswered;
  }

  get videoSection(): number | null {
    return this.#options.videoSection;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** The player has answered our offer. */
  answered(remote: IceCredentials): void {
    this.#isAnswered = true;
    this.ice.setRemote(remote);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#options.peer.connected = false;
    this.#options.leave();
    this.events.emit('closed');
    this.events.clear();
  }

  #closeAfter(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.#closed) this.#timer = setTimeout(() => this.close(), ms);
  }
}
