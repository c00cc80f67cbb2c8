import { signal, type ReadonlySignal } from '@preact/signals-core';
import type { Device, types } from 'mediasoup-client';
import type { ConsumerOptions } from '../../src/protocol/rtc.js';
import type { ViewerMediaOptions } from '../../src/protocol/signaling.js';
import type { Link } from './link.js';
import type { Sent } from './media-flow.js';
import { MediaPath } from './media-path.js';
import { pause } from './pause.js';
import { PlayedStream } from './played-stream.js';

/** The available simulcast layers; 0 is the lowest. */
export type Layers = { count: number; current: number | null; pinned: number | null };

/** The maximum time to wait for the first frame of a replacement track. */
const FIRST_FRAME_MAX_MS = 2_000;
const FIRST_FRAME_CHECK_MS = 20;
/** How long new audio waits for video from the same node before it replaces the old audio. */
const VIDEO_FOLLOWS_MS = 100;

/**
 * The receiving end of one WebRTC transport, on which it consumes the tracks that the server
 * offers.
 */
export class Receiver {
  readonly transportId: string;
  /** The link to the node that has the transport. */
  readonly #link: Link;
  readonly #transport: types.Transport;
  readonly #path: MediaPath;
  readonly #consumers = new Map<string, types.Consumer>();
  /**
   * The stream that the page plays. It may be taken over from the connection that this one
   * replaced.
   */
  #played = new PlayedStream();
  readonly #layerCount = signal(1);
  readonly #currentLayer = signal<number | null>(null);
  readonly #offs: readonly (() => void)[];
  /** The latest video that is waiting for its first frame. */
  #replacement: Promise<void> | null = null;
  #videoConsumerId: string | null = null;
  /** Tracks that the publisher has muted. */
  readonly #paused = new Set<string>();
  /** Whether the server currently has no layer of the video to send. */
  #withoutLayer = false;

  constructor(options: {
    link: Link;
    device: Device;
    media: ViewerMediaOptions;
    /** Called when the server offers another track to consume. */
    onTrack: (track: ConsumerOptions) => void;
    /** Called when the connection becomes useless. */
    onFailed: () => void;
    /** Called when the server closes the connection. */
    onClosed: () => void;
  }) {
    const { link, device, media, onTrack, onFailed, onClosed } = options;
    this.#link = link;
    this.transportId = media.transport.id;
    this.#transport = device.createRecvTransport({
      ...media.transport,
      iceServers: media.iceServers,
    });
    this.#path = new MediaPath(link, this.#transport, onFailed);
    this.#offs = [
      link.on('viewer:consumer', onTrack),
      link.on('viewer:consumer-closed', ({ consumerId }) => this.#drop(consumerId)),
      link.on('viewer:consumer-paused', ({ consumerId, paused }) =>
        this.#setPaused(consumerId, paused),
      ),
      link.on('viewer:current-layer', ({ consumerId, layer }) =>
        this.#setCurrentLayer(consumerId, layer),
      ),
      link.on('transport:closed', ({ transportId }) => {
        if (transportId === this.transportId) onClosed();
      }),
    ];
  }

  /** The tracks to play; see {@link PlayedStream}. */
  get stream(): ReadonlySignal<MediaStream | null> {
    return this.#played.stream;
  }

  get layerCount(): ReadonlySignal<number> {
    return this.#layerCount;
  }

  get currentLayer(): ReadonlySignal<number | null> {
    return this.#currentLayer;
  }

  /**
   * Consumes tracks and resumes them. Rejects if the browser refuses them or the server is
   * unreachable.
   */
  async consume(tracks: readonly ConsumerOptions[]): Promise<void> {
    const fresh = tracks.filter(({ id }) => !this.#consumers.has(id));
    if (fresh.length === 0) return;
    for (const track of fresh)
      if (track.kind === 'video') {
        this.#videoConsumerId = track.id;
        this.#layerCount.value = track.layers;
        this.#withoutLayer = false;
      }
    for (const { id, producerPaused } of fresh) this.#setPaused(id, producerPaused);
    // The request is sent while the browser negotiates, because no media can arrive before the
    // browser is ready anyway.
    const resumed = this.#link.request('viewer:resume', {
      consumerIds: fresh.map(({ id }) => id),
    });
    const [consumers] = await Promise.all([
      Promise.all(fresh.map((track) => this.#take(track))),
      resumed,
    ]);
    await this.#canReplace(consumers);
    // The server may have closed some of them in the meantime.
    const open = consumers.filter(({ closed }) => !closed);
    this.#played.add(open.map(({ track }) => track));
  }

  /**
   * Plays this connection's tracks in the stream of another connection, which then no longer
   * changes that stream.
   */
  continue(before: Receiver): void {
    const own = this.#played;
    if (own.tracks.length === 0) return;
    this.#played = before.#played;
    before.#played = own;
    this.#played.set(own.tracks);
  }

  #drop(consumerId: string): void {
    this.#consumers.get(consumerId)?.close();
    this.#consumers.delete(consumerId);
    this.#paused.delete(consumerId);
    if (consumerId === this.#videoConsumerId) this.#currentLayer.value = null;
  }

  #setCurrentLayer(consumerId: string, layer: number | null): void {
    if (consumerId !== this.#videoConsumerId) return;
    this.#currentLayer.value = layer;
    this.#withoutLayer = layer === null;
  }

  #setPaused(consumerId: string, paused: boolean): void {
    if (paused) this.#paused.add(consumerId);
    else this.#paused.delete(consumerId);
  }

  /** The kinds of media that the server is sending, as far as it has reported. */
  get sent(): Sent {
    const flowing = [...this.#consumers.values()].filter(({ id }) => !this.#paused.has(id));
    return {
      video: !this.#withoutLayer && flowing.some(({ kind }) => kind === 'video'),
      audio: flowing.some(({ kind }) => kind === 'audio'),
    };
  }

  getStats(): Promise<RTCStatsReport> {
    return this.#transport.getStats();
  }

  /** Pins the video to a layer; null to let bandwidth estimation choose. */
  pinLayer(layer: number | null): void {
    // A failure is harmless, because the layer is pinned again after the next join.
    this.#link.request('viewer:layer', { layer }).catch(() => undefined);
  }

  close(): void {
    for (const off of this.#offs) off();
    this.#path.close();
    this.#consumers.clear();
    this.#paused.clear();
  }

  /**
   * Resolves when tracks can be shown. When the broadcast moves to another node, new tracks replace
   * ones that are still playing: video once its first frame has been decoded, and audio together
   * with the video.
   */
  async #canReplace(consumers: readonly types.Consumer[]): Promise<void> {
    const replacing = consumers.filter(({ kind }) => this.#played.plays(kind));
    const video = replacing.find(({ kind }) => kind === 'video');
    if (video) this.#replacement = this.#firstFrame(video);
    else if (replacing.length > 0) await pause(VIDEO_FOLLOWS_MS);
    await this.#replacement;
  }

  async #firstFrame(consumer: types.Consumer): Promise<void> {
    const endMs = performance.now() + FIRST_FRAME_MAX_MS;
    while (performance.now() < endMs && !consumer.closed && this.#played.plays('video')) {
      const report = await consumer.getStats().catch(() => null);
      for (const entry of report?.values() ?? [])
        if (entry.type === 'inbound-rtp' && entry.framesDecoded > 0) return;
      await pause(FIRST_FRAME_CHECK_MS);
    }
  }

  async #take(track: ConsumerOptions): Promise<types.Consumer> {
    const consumer = await this.#transport.consume({
      id: track.id,
      producerId: track.producerId,
      kind: track.kind,
      rtpParameters: track.rtpParameters as types.RtpParameters,
    });
    this.#consumers.set(track.id, consumer);
    return consumer;
  }
}
