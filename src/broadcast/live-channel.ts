import { SerialQueue } from '../common/serial-queue.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import type { Visibility } from '../protocol/access.js';
import type { EventPayload } from '../protocol/events.js';
import type { RemoteBroadcast } from './directory.js';
import type { LiveBroadcast } from './live-broadcast.js';
import type { Peer } from './peer.js';
import { Viewer } from './viewer.js';

/** A channel with viewers or a broadcast. */
export class LiveChannel {
  readonly #emitter = new TypedEmitter<{ stateChanged: []; statsChanged: []; emptied: [] }>();
  readonly events = this.#emitter.listenable;
  readonly id: string;
  readonly name: string;
  /** Serializes the starts of broadcasts on this channel. */
  readonly queue = new SerialQueue(50);
  readonly #viewers = new Map<string, Viewer>();
  #silent = 0;
  #title: string;
  #broadcast: LiveBroadcast | null = null;
  #uplinkMs: number | null = null;
  #remote: RemoteBroadcast | null = null;
  #viewersElsewhere = 0;

  /** @param clockAheadMs returns {@link Cluster.clockAheadMs} */
  constructor(
    channel: { id: string; name: string; title: string },
    private readonly clockAheadMs: () => number = () => 0,
  ) {
    this.id = channel.id;
    this.name = channel.name;
    this.#title = channel.title;
  }

  get title(): string {
    return this.#title;
  }

  get broadcast(): LiveBroadcast | null {
    return this.#broadcast;
  }

  /** The channel's broadcast on another node, unless this node runs one. */
  get remote(): RemoteBroadcast | null {
    return this.#broadcast ? null : this.#remote;
  }

  /** The number of viewers on all nodes, excluding silent ones. */
  get viewerCount(): number {
    return this.viewersHere + this.#viewersElsewhere;
  }

  /** The number of viewers on this node, excluding silent ones. */
  get viewersHere(): number {
    return this.#viewers.size - this.#silent;
  }

  get uplinkMs(): number | null {
    return this.#broadcast ? this.#uplinkMs : (this.#remote?.uplinkMs ?? null);
  }

  /**
   * How far the clock that dates the HLS playlists is ahead of this node's clock, in milliseconds.
   */
  get programAheadMs(): number {
    return this.remote ? this.remote.clockAheadMs - this.clockAheadMs() : 0;
  }

  get state(): EventPayload<'channel:state'> {
    return {
      channel: this.name,
      title: this.#title,
      broadcast: (this.#broadcast ?? this.#remote)?.view ?? null,
    };
  }

  get stats(): EventPayload<'channel:stats'> {
    const { name: channel, viewerCount: viewers, uplinkMs, programAheadMs } = this;
    return { channel, viewers, uplinkMs, ...(programAheadMs === 0 ? {} : { programAheadMs }) };
  }

  /** Sets the broadcast, which is removed when it ends. */
  put(broadcast: LiveBroadcast): void {
    this.#broadcast = broadcast;
    this.#updatePeak();
    broadcast.events.on('phaseEntered', (phase) => {
      // The broadcast is removed only after the listeners for its end have run, because they need
      // it.
      this.#emitter.emit('stateChanged');
      if (phase.name !== 'ended') return;
      this.#broadcast = null;
      this.#uplinkMs = null;
      this.releaseIfUnused();
    });
    broadcast.events.on('released', () => {
      this.#broadcast = null;
      this.#uplinkMs = null;
      this.#emitter.emit('stateChanged');
      this.releaseIfUnused();
    });
    broadcast.events.on('mediaLost', () => {
      // Viewers who joined while the broadcast ran on another node are connected to other media.
      for (const viewer of this.#viewers.values()) if (viewer.media?.closed) viewer.detach();
    });
    broadcast.events.on('packageChanged', () => this.#emitter.emit('stateChanged'));
    broadcast.events.on('uplinkMeasured', (uplinkMs) => {
      const rounded = uplinkMs === null ? null : Math.round(uplinkMs);
      if (rounded === this.#uplinkMs) return;
      this.#uplinkMs = rounded;
      this.#emitter.emit('statsChanged');
    });
    this.#emitter.emit('stateChanged');
  }

  /** Sets the information about the channel's broadcast on another node. */
  setRemote(remote: RemoteBroadcast | null): void {
    const { uplinkMs, programAheadMs, state } = this;
    this.#remote = remote;
    // After an announced end, the audience already knows that there is no broadcast.
    const isKnown = remote === null && state.broadcast?.state === 'ended';
    if (!isKnown && JSON.stringify(state) !== JSON.stringify(this.state))
      this.#emitter.emit('stateChanged');
    if (uplinkMs !== this.uplinkMs || programAheadMs !== this.programAheadMs)
      this.#emitter.emit('statsChanged');
  }

  /** Sets the number of viewers on other nodes. */
  setViewersElsewhere(viewers: number): void {
    if (viewers === this.#viewersElsewhere) return;
    this.#viewersElsewhere = viewers;
    this.#updatePeak();
    this.#emitter.emit('statsChanged');
  }

  rename(title: string): void {
    this.#title = title;
    this.#broadcast?.rename(title);
    this.#emitter.emit('stateChanged');
  }

  /** Sets the visibility of the current broadcast. */
  setVisibility(visibility: Visibility): void {
    this.#broadcast?.setVisibility(visibility);
    this.#emitter.emit('stateChanged');
  }

  /** Adds `peer` to the viewers. */
  admit(peer: Peer): Viewer {
    const viewer = new Viewer(peer);
    this.#viewers.set(peer.id, viewer);
    this.#updatePeak();
    this.#emitter.emit('statsChanged');
    return viewer;
  }

  viewer(peerId: string): Viewer | undefined {
    return this.#viewers.get(peerId);
  }

  setSilent(peerId: string, isSilent: boolean): void {
    const viewer = this.#viewers.get(peerId);
    if (!viewer?.setSilent(isSilent)) return;
    this.#silent += isSilent ? 1 : -1;
    this.#emitter.emit('statsChanged');
  }

  /** Removes a viewer and closes their connection. */
  dismiss(peerId: string): void {
    const viewer = this.#viewers.get(peerId);
    if (!viewer) return;
    this.setSilent(peerId, false);
    this.#viewers.delete(peerId);
    viewer.detach();
    this.#emitter.emit('statsChanged');
    this.releaseIfUnused();
  }

  #updatePeak(): void {
    this.#broadcast?.countViewers(this.viewerCount);
  }

  /**
   * Emits `emptied` if the channel has no viewers and no broadcast, so that the registry drops it.
   */
  releaseIfUnused(): void {
    if (this.#viewers.size === 0 && this.#broadcast === null && this.queue.size === 0)
      this.#emitter.emit('emptied');
  }
}
