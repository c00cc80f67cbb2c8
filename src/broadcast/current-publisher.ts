import { DomainError } from '../common/domain-error.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import type { Peer } from './peer.js';
import type { PublisherHealth, PublisherMedia, SourceMedia } from './ports/media.js';

/** The range of plausible delays from capture to this server, in milliseconds. */
const UPLINK_MIN_MS = -50;
const UPLINK_MAX_MS = 60_000;

type Connected = { peer: Peer; media: PublisherMedia | SourceMedia; clockOffsetMs: number };

/** The publisher of one broadcast, who has at most one media connection at a time. */
export class CurrentPublisher {
  readonly #emitter = new TypedEmitter<{
    arriving: [isArriving: boolean];
    lost: [];
    uplinkMeasured: [uplinkMs: number | null];
  }>();
  /**
   * `arriving`: media starts or stops arriving. `lost`: the media connection is lost or closed.
   * `uplinkMeasured`: see {@link LiveBroadcast.events}.
   */
  readonly events = this.#emitter.listenable;
  readonly #channel: string;
  #current: Connected | null = null;

  /** @param channel the name of the broadcast's channel */
  constructor(channel: string) {
    this.#channel = channel;
  }

  /** The peer that is publishing; null if none is. */
  get peerId(): string | null {
    return this.#current?.peer.id ?? null;
  }

  /** Measures the incoming media; resolves to null if no publisher is connected. */
  async health(): Promise<PublisherHealth | null> {
    return (await this.#current?.media.health()) ?? null;
  }

  /**
   * Returns the media connection.
   * @throws {DomainError} `not_publishing` if `peer` is not the publisher
   */
  mediaOf(peer: Peer): PublisherMedia {
    const { media } = this.#current?.peer.id === peer.id ? this.#current : {};
    if (media && 'produce' in media) return media;
    throw new DomainError('not_publishing', 'This connection is not publishing. Go live first.');
  }

  /** Makes `peer` the publisher. */
  connect(peer: Peer, media: PublisherMedia | SourceMedia): void {
    this.#current = { peer, media, clockOffsetMs: 0 };
    const isCurrent = () => this.#current?.media === media;
    media.events.on('arriving', (isArriving) => {
      if (isCurrent()) this.#emitter.emit('arriving', isArriving);
    });
    media.events.on('disconnected', () => {
      if (isCurrent()) this.#emitter.emit('lost');
    });
    media.events.on('delayMeasured', (ms) => this.#delayMeasured(ms));
    media.events.on('closed', () => {
      if (isCurrent()) this.#closed();
    });
  }

  /**
   * Sets the offset from the publisher's clock to the server's, in milliseconds. Returns whether
   * `peer` is the publisher.
   */
  setClockOffset(peer: Peer, offsetMs: number): boolean {
    if (this.#current?.peer.id !== peer.id) return false;
    this.#current.clockOffsetMs = offsetMs;
    return true;
  }

  /** Disconnects the publisher and returns its peer; null if there is none. */
  disconnect(): Peer | null {
    const before = this.#current;
    this.#current = null;
    before?.media.close();
    return before?.peer ?? null;
  }

  /**
   * Forgets the publisher because another node continues the broadcast. Its media continues until
   * the returned function is called.
   */
  release(reason: ReleaseReason): () => void {
    const before = this.#current;
    this.#current = null;
    // After a fence, the publisher reconnects, and the broadcast is taken over from its new owner.
    // A stopping node closes its sockets anyway.
    if (before && reason === 'taken_over') this.notifyClosed(before.peer, 'taken_over');
    if (before && reason === 'fenced') notifyLost(before);
    return () => before?.media.close();
  }

  notifyClosed(peer: Peer, reason: 'taken_over' | 'ended'): void {
    peer.send('publisher:closed', { channel: this.#channel, reason });
  }

  /**
   * Handles a media connection that closed while the publisher's socket is open. Notifies the
   * publisher, which then reconnects.
   */
  #closed(): void {
    const before = this.#current;
    if (!before) return;
    this.#current = null;
    notifyLost(before);
    this.#emitter.emit('lost');
  }

  #delayMeasured(delayMs: number): void {
    // The clock offset is a measurement, too, and its error explains a value slightly below zero. A
    // lower value can't be a delay.
    const uplinkMs = delayMs - (this.#current?.clockOffsetMs ?? 0);
    const isPlausible = uplinkMs > UPLINK_MIN_MS && uplinkMs < UPLINK_MAX_MS;
    this.#emitter.emit('uplinkMeasured', isPlausible ? uplinkMs : null);
  }
}

/**
 * The reason why a broadcast left this node without ending. `taken_over`: its publisher, or a later
 * one, connected to another node. `moved`: its publisher is already sending to another node, too.
 * `fenced`: another node owns it, because this one was considered dead. `stopping`: this node is
 * stopping, and other nodes are running.
 */
export type ReleaseReason = 'taken_over' | 'moved' | 'fenced' | 'stopping';

function notifyLost({ peer, media }: Connected): void {
  if ('transport' in media) peer.send('transport:closed', { transportId: media.transport.id });
}
