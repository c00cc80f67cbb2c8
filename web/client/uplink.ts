import { type ReadonlySignal, signal } from '@preact/signals-core';
import type { PublisherStarted } from '../../src/protocol/signaling.js';
import type { Link } from './link.js';
import { loadDevice } from './device.js';
import { type SendCounters, type SendHealth, sendHealth } from './send-health.js';
import { Sender, type TrackKind } from './sender.js';
import { ThumbnailSender } from './thumbnail-sender.js';

/** One media connection to the server, including everything that is sent and measured on it. */
export interface Uplink {
  readonly transportId: string;
  /** The health of what was sent during the last second; null before the first measurement. */
  readonly health: ReadonlySignal<SendHealth | null>;
  /** Sends a track, replacing the previous one of its kind; null stops sending that kind. */
  send(kind: TrackKind, track: MediaStreamTrack | null, muted: boolean): Promise<void>;
  /** Pauses or resumes a kind; viewers are notified. */
  setMuted(kind: TrackKind, muted: boolean): Promise<void>;
  /** Resolves to whether any media of this kind has been sent. */
  hasSent(kind: TrackKind): Promise<boolean>;
  /** Closes the uplink. Idempotent. */
  close(): void;
}

type Options = {
  /** The link to the node that has the transport. */
  link: Pick<Link, 'request'>;
  /** The server's reply to `publisher:start`. */
  started: PublisherStarted;
  /** Called once, when only a new uplink can help. */
  onFailed: (uplink: Uplink) => void;
};

const HEALTH_INTERVAL_MS = 1_000;

/** Opens the uplink that the server has prepared. Rejects if this browser's WebRTC is unusable. */
export async function openUplink(options: Options): Promise<Uplink> {
  const device = await loadDevice(options.started.rtpCapabilities);
  return new MediaUplink((onFailed) => new Sender({ ...options, device, onFailed }), options);
}

class MediaUplink implements Uplink {
  readonly #sender: Sender;
  readonly #thumbnails: ThumbnailSender | null;
  readonly #health = signal<SendHealth | null>(null);
  readonly #timer: ReturnType<typeof setInterval>;
  #counters: SendCounters | null = null;
  /** The track from which thumbnails are made; null while viewers see no video. */
  #picture: MediaStreamTrack | null = null;
  #pictureMuted = false;

  readonly health: ReadonlySignal<SendHealth | null> = this.#health;

  constructor(
    createSender: (onFailed: () => void) => Sender,
    { link, started, onFailed }: Options,
  ) {
    this.#sender = createSender(() => onFailed(this));
    this.#thumbnails = started.thumbnails
      ? new ThumbnailSender(link, () => (this.#pictureMuted ? null : this.#picture))
      : null;
    this.#timer = setInterval(() => void this.#measure(), HEALTH_INTERVAL_MS);
  }

  get transportId(): string {
    return this.#sender.transportId;
  }

  send(kind: TrackKind, track: MediaStreamTrack | null, muted: boolean): Promise<void> {
    if (kind === 'video') {
      this.#picture = track;
      this.#pictureMuted = muted;
    }
    return this.#sender.send(kind, track, muted);
  }

  setMuted(kind: TrackKind, muted: boolean): Promise<void> {
    if (kind === 'video') this.#pictureMuted = muted;
    return this.#sender.setMuted(kind, muted);
  }

  async hasSent(kind: TrackKind): Promise<boolean> {
    for (const entry of (await this.#sender.getStats()).values())
      if (entry.type === 'outbound-rtp' && entry.kind === kind && entry.packetsSent > 0)
        return true;
    return false;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#thumbnails?.close();
    this.#sender.close();
  }

  async #measure(): Promise<void> {
    const report = await this.#sender.getStats().catch(() => null);
    if (!report) return;
    const { health, counters } = sendHealth(report.values(), this.#counters, Date.now());
    this.#counters = counters;
    this.#health.value = health;
  }
}
