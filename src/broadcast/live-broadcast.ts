import { randomUUID } from 'node:crypto';
import type { Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import type { Log } from '../common/logger.js';
import { SerialQueue } from '../common/serial-queue.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import type { Visibility } from '../protocol/access.js';
import type { BroadcastSource, BroadcastView, EndReason } from '../protocol/broadcast.js';
import { BroadcastLifecycle, type Phase } from './broadcast-lifecycle.js';
import type { Peer } from './peer.js';
import type { BroadcastMedia, MediaPort, PublisherHealth, PublisherMedia } from './ports/media.js';
import type { BroadcastPackage, PackagingPort } from './ports/packaging.js';

/** How long a publisher may take from "Go live" until media arrives. */
const START_TIMEOUT_MS = 30_000;

type Options = {
  id: string;
  channelName: string;
  title: string;
  visibility: Visibility;
  source: BroadcastSource;
  media: MediaPort;
  packaging: PackagingPort;
  clock: Clock;
  log: Log;
  graceMs: number;
};

type Publisher = { peer: Peer; media: PublisherMedia; clockOffsetMs: number };

/** A running broadcast: owns its phase, its media and its publisher's connection. */
export class LiveBroadcast {
  /**
   * `phaseEntered`: see {@link BroadcastLifecycle}.
   * `mediaLost`: all its media connections closed; new ones are possible when the publisher
   * returns.
   * `packageChanged`: its HLS state changed.
   * `uplinkMeasured`: delay from capture to this server, milliseconds; null: unknown.
   */
  readonly events = new TypedEmitter<{
    phaseEntered: [Phase];
    mediaLost: [];
    packageChanged: [];
    uplinkMeasured: [uplinkMs: number | null];
  }>();
  readonly id: string;
  readonly startedAtMs: number;
  /** Proves that a new connection belongs to whoever started the broadcast. */
  readonly resumeToken = randomUUID();
  title: string;
  visibility: Visibility;
  peakViewers = 0;
  readonly #options: Options;
  readonly #lifecycle: BroadcastLifecycle;
  readonly #package: BroadcastPackage;
  readonly #queue = new SerialQueue(20);
  readonly #log: Log;
  #source: BroadcastSource;
  #media: BroadcastMedia | null = null;
  #publisher: Publisher | null = null;

  constructor(options: Options) {
    this.#options = options;
    this.id = options.id;
    this.title = options.title;
    this.visibility = options.visibility;
    this.#source = options.source;
    this.startedAtMs = options.clock.nowMs();
    this.#log = options.log.child({ channel: options.channelName, broadcastId: options.id });
    this.#package = options.packaging.open({ id: options.id, channel: options.channelName });
    this.#package.events.on('changed', () => this.events.emit('packageChanged'));
    this.#lifecycle = new BroadcastLifecycle({
      clock: options.clock,
      startTimeoutMs: START_TIMEOUT_MS,
      graceMs: options.graceMs,
    });
    this.#lifecycle.events.on('entered', (phase) => this.#entered(phase));
  }

  get phase(): Phase {
    return this.#lifecycle.phase;
  }

  /** The source of its latest publisher. */
  get source(): BroadcastSource {
    return this.#source;
  }

  /** The peer that currently publishes; null if none does. */
  get publisherPeerId(): string | null {
    return this.#publisher?.peer.id ?? null;
  }

  /**
   * The media that viewers connect to; null before the first publisher and after the media worker
   * died.
   */
  get media(): BroadcastMedia | null {
    return this.#media;
  }

  /** Whether media has ever arrived. Without media there was no broadcast. */
  get wasLive(): boolean {
    return this.#lifecycle.wasLive;
  }

  get view(): BroadcastView {
    const { phase } = this;
    const iso = (ms: number) => new Date(ms).toISOString();
    return {
      id: this.id,
      channel: this.#options.channelName,
      title: this.title,
      visibility: this.visibility,
      state: phase.name,
      source: this.#source,
      startedAt: iso(this.startedAtMs),
      interruptedUntil: phase.name === 'interrupted' ? iso(phase.untilMs) : null,
      endedAt: phase.name === 'ended' ? iso(phase.atMs) : null,
      endReason: phase.name === 'ended' ? phase.reason : null,
      peakViewers: this.peakViewers,
      hls: phase.name === 'ended' ? null : this.#package.state,
    };
  }

  /** Path of the latest thumbnail; null if none exists. */
  get thumbnailPath(): string | null {
    return this.#package.thumbnailPath;
  }

  /** Whether the publisher's browser has to make the thumbnails. */
  get wantsThumbnails(): boolean {
    return this.#package.wantsThumbnails;
  }

  /** Makes `peer` the publisher, replacing the previous one. Resolves with its media connection. */
  attach(peer: Peer, source: BroadcastSource): Promise<PublisherMedia> {
    return this.#queue.run(async () => {
      this.#assertOn();
      this.#detach('taken_over');
      const room = await this.#openMedia();
      const media = await room.publish(source);
      if (!peer.connected || this.phase.name === 'ended') {
        media.close();
        this.#assertOn();
        throw new DomainError('not_publishing', 'The connection was lost. Start again.');
      }
      this.#publisher = { peer, media, clockOffsetMs: 0 };
      this.#source = source;
      const isCurrent = () => this.#publisher?.media === media;
      media.events.on('arriving', (isArriving) => isCurrent() && this.#arriving(isArriving));
      media.events.on('disconnected', () => isCurrent() && this.#lifecycle.publisherLost());
      media.events.on('delayMeasured', (ms) => this.#delayMeasured(ms));
      media.events.on('closed', () => isCurrent() && this.#publisherClosed());
      return media;
    });
  }

  /** Measures what arrives from the publisher; null if none is connected. */
  async ingest(): Promise<PublisherHealth | null> {
    return (await this.#publisher?.media.health()) ?? null;
  }

  /**
   * Returns the publisher's media connection.
   * @throws {DomainError} `not_publishing` if `peer` is not the publisher
   */
  publisherOf(peer: Peer): PublisherMedia {
    if (this.#publisher?.peer.id === peer.id) return this.#publisher.media;
    throw new DomainError('not_publishing', 'This connection does not publish. Go live first.');
  }

  /** Sets the offset to add to the publisher's clock to get the server's time, milliseconds. */
  setClockOffset(peer: Peer, offsetMs: number): void {
    if (this.#publisher?.peer.id !== peer.id) return;
    this.#publisher.clockOffsetMs = offsetMs;
    this.#package.setClockOffset(offsetMs);
  }

  /**
   * Accepts a JPEG thumbnail.
   * @throws {DomainError} `not_publishing` if `peer` is not the publisher
   */
  offerThumbnail(peer: Peer, jpeg: Uint8Array): void {
    this.publisherOf(peer);
    this.#package.offerThumbnail(jpeg);
  }

  /** Reports that the publisher's socket closed. The broadcast waits for its return. */
  publisherLeft(peerId: string): void {
    if (this.#publisher?.peer.id !== peerId) return;
    const { media } = this.#publisher;
    this.#publisher = null;
    media.close();
    this.#lifecycle.publisherLost();
  }

  /** Ends the broadcast for everyone. Idempotent. */
  end(reason: EndReason): void {
    this.#lifecycle.end(reason);
  }

  #assertOn(): void {
    if (this.phase.name === 'ended')
      throw new DomainError('not_live', 'The broadcast has ended. Go live again to start another.');
  }

  async #openMedia(): Promise<BroadcastMedia> {
    if (this.#media && !this.#media.closed) return this.#media;
    const media = await this.#options.media.open(this.id);
    this.#media = media;
    media.events.on('closed', () => {
      this.#media = null;
      this.events.emit('mediaLost');
    });
    if (this.phase.name === 'ended') media.close();
    else this.#packageFrom(media);
    return media;
  }

  /** A failure leaves WebRTC only, which is no reason not to go live. */
  #packageFrom(media: BroadcastMedia): void {
    media.tap().then(
      (tap) => this.#package.take(tap),
      (err: unknown) => {
        if (!media.closed) this.#log.error({ err }, 'the broadcast can not be packaged');
      },
    );
  }

  #detach(reason: 'taken_over' | 'ended'): void {
    const before = this.#publisher;
    if (!before) return;
    this.#publisher = null;
    before.peer.send('publisher:closed', { channel: this.#options.channelName, reason });
    before.media.close();
    if (this.phase.name === 'live') this.#lifecycle.publisherLost();
  }

  /**
   * The media connection closed while the publisher's socket is open: notifies it, so that it
   * connects again.
   */
  #publisherClosed(): void {
    const before = this.#publisher;
    if (!before) return;
    this.#publisher = null;
    before.peer.send('transport:closed', { transportId: before.media.transport.id });
    this.#lifecycle.publisherLost();
  }

  #arriving(isArriving: boolean): void {
    if (isArriving) this.#lifecycle.mediaArrived();
    else this.#lifecycle.publisherLost();
  }

  #delayMeasured(delayMs: number): void {
    // The clock offset is itself a measurement: a value slightly below zero is its error; anything
    // lower isn't a delay.
    const uplinkMs = delayMs - (this.#publisher?.clockOffsetMs ?? 0);
    this.events.emit('uplinkMeasured', uplinkMs > -50 && uplinkMs < 60_000 ? uplinkMs : null);
  }

  #entered(phase: Phase): void {
    this.#log.info(
      phase.name === 'ended' ? { reason: phase.reason } : {},
      `broadcast is ${phase.name}`,
    );
    this.events.emit('phaseEntered', phase);
    if (phase.name === 'interrupted') {
      this.events.emit('uplinkMeasured', null);
      this.#package.interrupt();
    }
    if (phase.name !== 'ended') return;
    this.#detach('ended');
    this.#media?.close();
    this.#package.close();
    this.events.clear();
  }
}
