import { SerialQueue } from '../common/serial-queue.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import type { Visibility } from '../protocol/access.js';
import type { EventPayload } from '../protocol/events.js';
import type { LiveBroadcast } from './live-broadcast.js';
import type { Peer } from './peer.js';
import type { ViewerMedia } from './ports/media.js';

/**
 * A viewer of a channel; `media` is set while they receive over WebRTC. A silent viewer has
 * temporarily stopped answering: they are not counted, but keep their connection.
 */
export type Viewer = { readonly peer: Peer; media: ViewerMedia | null; isSilent: boolean };

/** A channel with viewers or a broadcast. */
export class LiveChannel {
  readonly events = new TypedEmitter<{ stateChanged: []; statsChanged: []; emptied: [] }>();
  readonly id: string;
  readonly name: string;
  /** Serializes starts of broadcasts on this channel. */
  readonly queue = new SerialQueue(50);
  readonly #viewers = new Map<string, Viewer>();
  #silent = 0;
  #title: string;
  #broadcast: LiveBroadcast | null = null;
  #uplinkMs: number | null = null;

  constructor(channel: { id: string; name: string; title: string }) {
    this.id = channel.id;
    this.name = channel.name;
    this.#title = channel.title;
  }

  get broadcast(): LiveBroadcast | null {
    return this.#broadcast;
  }

  /** The number of viewers, without silent ones. */
  get viewerCount(): number {
    return this.#viewers.size - this.#silent;
  }

  get uplinkMs(): number | null {
    return this.#uplinkMs;
  }

  get state(): EventPayload<'channel:state'> {
    return {
      channel: this.name,
      title: this.#title,
      broadcast: this.#broadcast?.view ?? null,
    };
  }

  get stats(): EventPayload<'channel:stats'> {
    return { channel: this.name, viewers: this.viewerCount, uplinkMs: this.#uplinkMs };
  }

  /** Sets the broadcast; it is removed when it ends. */
  put(broadcast: LiveBroadcast): void {
    this.#broadcast = broadcast;
    this.#updatePeak();
    broadcast.events.on('phaseEntered', (phase) => {
      // The event of the end still contains the broadcast; it is removed afterwards.
      this.events.emit('stateChanged');
      if (phase.name !== 'ended') return;
      this.#broadcast = null;
      this.#uplinkMs = null;
      this.releaseIfUnused();
    });
    broadcast.events.on('mediaLost', () => {
      for (const viewer of this.#viewers.values()) viewer.media = null;
    });
    broadcast.events.on('packageChanged', () => this.events.emit('stateChanged'));
    broadcast.events.on('uplinkMeasured', (uplinkMs) => {
      const rounded = uplinkMs === null ? null : Math.round(uplinkMs);
      if (rounded === this.#uplinkMs) return;
      this.#uplinkMs = rounded;
      this.events.emit('statsChanged');
    });
    this.events.emit('stateChanged');
  }

  rename(title: string): void {
    this.#title = title;
    if (this.#broadcast) this.#broadcast.title = title;
    this.events.emit('stateChanged');
  }

  /** Sets the visibility of the current broadcast. */
  setVisibility(visibility: Visibility): void {
    if (this.#broadcast) this.#broadcast.visibility = visibility;
    this.events.emit('stateChanged');
  }

  /** Adds `peer` to the viewers. */
  admit(peer: Peer): Viewer {
    const viewer: Viewer = { peer, media: null, isSilent: false };
    this.#viewers.set(peer.id, viewer);
    this.#updatePeak();
    this.events.emit('statsChanged');
    return viewer;
  }

  viewer(peerId: string): Viewer | undefined {
    return this.#viewers.get(peerId);
  }

  setSilent(peerId: string, isSilent: boolean): void {
    const viewer = this.#viewers.get(peerId);
    if (!viewer || viewer.isSilent === isSilent) return;
    viewer.isSilent = isSilent;
    this.#silent += isSilent ? 1 : -1;
    this.events.emit('statsChanged');
  }

  /** Removes a viewer and closes their connection. */
  dismiss(peerId: string): void {
    const viewer = this.#viewers.get(peerId);
    if (!viewer) return;
    this.setSilent(peerId, false);
    this.#viewers.delete(peerId);
    const { media } = viewer;
    viewer.media = null;
    media?.close();
    this.events.emit('statsChanged');
    this.releaseIfUnused();
  }

  #updatePeak(): void {
    if (this.#broadcast)
      this.#broadcast.peakViewers = Math.max(this.#broadcast.peakViewers, this.viewerCount);
  }

  /**
   * Emits `emptied` if there are no viewers and no broadcast, so that the registry drops the
   * channel.
   */
  releaseIfUnused(): void {
    if (this.#viewers.size === 0 && this.#broadcast === null && this.queue.size === 0)
      this.events.emit('emptied');
  }
}
