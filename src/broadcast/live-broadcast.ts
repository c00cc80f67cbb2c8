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

/** How long a publisher may take from pressing "Go live" to sending media. */
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

/** One broadcast that is on: the owner of its phase, its media and its publisher's connection. */
export class LiveBroadcast {
  /**
   * `phaseEntered`: as {@link BroadcastLifecycle}. `mediaLost`: all connections of it are gone, until
   * the publisher is back. `packageChanged`: it can be played as HLS now, or not. `uplinkMeasured`: from capture to this server, milliseconds; null: not known.
   */
  readonly events = new TypedEmitter<{
    phaseEntered: [Phase];
    mediaLost: [];
    packageChanged: [];
    uplinkMeasured: [uplinkMs: number | null];
  }>();
  readonly id: string;
  readonly startedAtMs: number;
  /** Proves that a new connection is from the one that started it. */
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

  /** Where its newest publisher sends from. */
  get source(): BroadcastSource {
    return this.#source;
  }

  /** The connection that sends it now, if one does. */
  get publisherPeerId(): string | null {
    return this.#publisher?.peer.id ?? null;
  }

  /** Where viewers connect to; null before the first publisher and after a worker's death. */
  get media(): BroadcastMedia | null {
    return this.#media;
  }

  /** Whether media has ever arrived: without, it was no broadcast. */
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

  /** Where its newest picture is; null: there is none. */
  get thumbnailPath(): string | null {
    return this.#package.thumbnailPath;
  }

  /** Whether its publisher's browser has to make its pictures. */
  get wantsThumbnails(): boolean {
    return this.#package.wantsThumbnails;
  }

  /** Makes `peer` the publisher, in place of the one before. Resolves with its way in. */
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

  /** What arrives from its publisher now; null: none is there. */
  async ingest(): Promise<PublisherHealth | null> {
    return (await this.#publisher?.media.health()) ?? null;
  }

  /** The publisher's media connection. Throws `not_publishing` for anybody else. */
  publisherOf(peer: Peer): PublisherMedia {
    if (this.#publisher?.peer.id === peer.id) return this.#publisher.media;
    throw new DomainError('not_publishing', 'This connection does not publish. Go live first.');
  }

  /** The publisher's clock: what to add to its time to get the server's, milliseconds. */
  setClockOffset(peer: Peer, offsetMs: number): void {
    if (this.#publisher?.peer.id !== peer.id) return;
    this.#publisher.clockOffsetMs = offsetMs;
    this.#package.setClockOffset(offsetMs);
  }

  /** A picture, as a JPEG. Throws `not_publishing` for anybody but the publisher. */
  offerThumbnail(peer: Peer, jpeg: Uint8Array): void {
    this.publisherOf(peer);
    this.#package.offerThumbnail(jpeg);
  }

  /** The publisher's socket is gone: the broadcast waits for its return. */
  publisherLeft(peerId: string): void {
    if (this.#publisher?.peer.id !== peerId) return;
    const { media } = this.#publisher;
    this.#publisher = null;
    media.close();
    this.#lifecycle.publisherLost();
  }

  /** Ends it for everybody; safe to call again. */
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

  /** Without it there is WebRTC only, which is no reason not to go live. */
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

  /** The connection closed under a publisher whose socket is there: it is told, and starts again. */
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
    // The clock offset is measured too: a delay a little below zero is its error, a larger one no delay.
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
