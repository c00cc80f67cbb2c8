import { type ReadonlySignal, signal } from '@preact/signals-core';
import type { Device, types } from 'mediasoup-client';
import type { StageJoined, StageSource, StageTrack } from '../../../src/protocol/stage.js';
import { loadDevice } from '../device.js';
import { pictureSizeOf } from '../encodings.js';
import type { Link } from '../link.js';
import { MediaPath } from '../media-path.js';
import type { Connected, Entry } from './presence.js';
import { stageEncodings } from './stage-encodings.js';

/** A track that is received from another participant, or the programme's video. */
export type RemoteTrack = {
  readonly consumerId: string;
  /** The sender's id; null for the programme. */
  readonly participant: string | null;
  readonly source: StageSource;
  readonly track: MediaStreamTrack;
  /** The number of simulcast layers, one of which {@link StageMedia.preferLayer} selects. */
  readonly layers: number;
  /** Whether the sender has paused it, so that it is silent or shows the last frame. */
  readonly isPaused: boolean;
};

/** What is sent for a source: its track, or null for none, and whether it is paused. */
export type Sent = { readonly track: MediaStreamTrack | null; readonly paused: boolean };

/** Options for speech: mono, with forward error correction for lossy uplinks. */
const VOICE: types.ProducerCodecOptions = {
  opusFec: true,
  opusDtx: false,
  opusMaxAverageBitrate: 64_000,
};

/** Options for a file's sound, which can be music. */
const PLAYBACK: types.ProducerCodecOptions = {
  opusStereo: true,
  opusFec: true,
  opusDtx: false,
  opusMaxAverageBitrate: 128_000,
};

type Options = {
  /** The link to the node that has the stage. */
  link: Link;
  joined: StageJoined;
  role: Entry['role'];
  /** Called once, when only a new connection can help. */
  onFailed: (media: StageMedia) => void;
};

/** The media of one connection to a stage, sent and received. */
export class StageMedia implements Connected {
  readonly #link: Link;
  readonly #device: Device;
  readonly #role: Entry['role'];
  readonly #send: types.Transport;
  readonly #receive: types.Transport;
  readonly #paths: readonly MediaPath[];
  readonly #offs: readonly (() => void)[];
  readonly #producers = new Map<StageSource, types.Producer>();
  /** The latest change of each source, for which the next one waits. */
  readonly #sending = new Map<StageSource, Promise<void>>();
  readonly #consumers = new Map<string, types.Consumer>();
  /** The states that the server has reported for tracks before they could be consumed. */
  readonly #closed = new Set<string>();
  readonly #paused = new Map<string, boolean>();
  readonly #tracks = signal<readonly RemoteTrack[]>([]);

  /**
   * Opens the media that the server has prepared, and receives the existing tracks. Rejects if this
   * browser's WebRTC is unusable.
   */
  static async open(options: Options): Promise<StageMedia> {
    const { link, joined } = options;
    // Tracks can be announced while the browser's capabilities are being queried.
    const early: StageTrack[] = [...joined.tracks];
    const off = link.on('stage:track', (track) => early.push(track));
    try {
      const device = await loadDevice(joined.rtpCapabilities);
      const media = new StageMedia(device, options);
      media.#consume(early);
      return media;
    } finally {
      off();
    }
  }

  private constructor(device: Device, { link, joined, role, onFailed }: Options) {
    this.#link = link;
    this.#device = device;
    this.#role = role;
    const { iceServers } = joined;
    this.#send = device.createSendTransport({ ...joined.send, iceServers });
    this.#receive = device.createRecvTransport({ ...joined.receive, iceServers });
    const failed = (): void => onFailed(this);
    this.#paths = [this.#send, this.#receive].map(
      (transport) => new MediaPath(link, transport, failed),
    );
    this.#send.on('produce', ({ kind, rtpParameters, appData }, callback, errback) => {
      link
        .request('stage:produce', {
          source: appData['source'] as StageSource,
          kind,
          rtpParameters: rtpParameters as never,
          paused: appData['paused'] === true,
        })
        .then(
          ({ producerId }) => callback({ id: producerId }),
          (error: unknown) => errback(error instanceof Error ? error : new Error(String(error))),
        );
    });
    this.#offs = [
      link.on('stage:track', (track) => this.#consume([track])),
      link.on('stage:track-closed', ({ consumerId }) => this.#drop(consumerId)),
      link.on('stage:track-paused', ({ consumerId, paused }) => {
        this.#paused.set(consumerId, paused);
        this.#tracks.value = this.#tracks.peek().map((one) => this.#withPause(one));
      }),
    ];
  }

  /** The received tracks. */
  get tracks(): ReadonlySignal<readonly RemoteTrack[]> {
    return this.#tracks;
  }

  has(transportId: string): boolean {
    return this.#send.id === transportId || this.#receive.id === transportId;
  }

  /**
   * Sends a source, replacing what was sent for it. Rejects if the server or the browser refuses
   * it, or if the connection breaks.
   */
  send(source: StageSource, sent: Sent): Promise<void> {
    const change = (): Promise<void> => this.#change(source, sent);
    const changed = this.#sending.get(source)?.then(change, change) ?? change();
    this.#sending.set(source, changed);
    return changed;
  }

  /** Limits the layer in which a track is received. */
  preferLayer(consumerId: string, layer: number): void {
    // A failure means that the track or the connection ended.
    this.#link.request('stage:layer', { consumerId, layer }).catch(() => undefined);
  }

  /** Returns how loud a received track currently is, from 0 to 1. */
  levelOf(consumerId: string): number {
    const receiver = this.#consumers.get(consumerId)?.rtpReceiver;
    return receiver?.getSynchronizationSources()[0]?.audioLevel ?? 0;
  }

  close(): void {
    for (const off of this.#offs) off();
    for (const path of this.#paths) path.close();
    this.#producers.clear();
    this.#consumers.clear();
    this.#tracks.value = [];
  }

  async #change(source: StageSource, { track, paused }: Sent): Promise<void> {
    const producer = this.#producers.get(source);
    if (track === null) {
      if (!producer) return;
      this.#producers.delete(source);
      producer.close();
      await this.#link.request('stage:unproduce', { producerId: producer.id });
      return;
    }
    if (!producer) {
      const created = await this.#produce(source, track, paused);
      this.#producers.set(source, created);
      return;
    }
    if (producer.track !== track) await producer.replaceTrack({ track });
    if (producer.paused === paused) return;
    if (paused) producer.pause();
    else producer.resume();
    await this.#link.request('stage:pause', { producerId: producer.id, paused });
  }

  async #produce(
    source: StageSource,
    track: MediaStreamTrack,
    paused: boolean,
  ): Promise<types.Producer> {
    // The track's owner disables the track; pausing here only stops the packets.
    const common = { track, stopTracks: false, disableTrackOnPause: false, zeroRtpOnPause: true };
    const appData = { source, paused };
    const producer = await (source === 'microphone' || source === 'playback'
      ? this.#send.produce({
          ...common,
          appData,
          codecOptions: source === 'microphone' ? VOICE : PLAYBACK,
        })
      : this.#send.produce({ ...common, appData, ...this.#pictureOptions(source, track) }));
    if (paused) producer.pause();
    return producer;
  }

  #pictureOptions(source: 'camera' | 'screen', track: MediaStreamTrack) {
    const h264 = this.#device.sendRtpCapabilities.codecs?.find(
      ({ mimeType }) => mimeType.toLowerCase() === 'video/h264',
    );
    // As in broadcasts, other codecs are sent in a single layer.
    if (!h264) return {};
    const size = pictureSizeOf(track.getSettings());
    return { codec: h264, encodings: stageEncodings(source, this.#role, size) };
  }

  #consume(tracks: readonly StageTrack[]): void {
    const fresh = tracks.filter(({ options: { id } }) => !this.#consumers.has(id));
    if (fresh.length === 0) return;
    const consumerIds = fresh.map(({ options: { id } }) => id);
    // The request is sent while the browser negotiates. If it fails, the connection is lost or the
    // tracks have ended; the page is notified of both.
    this.#link.request('stage:resume', { consumerIds }).catch(() => undefined);
    for (const one of fresh) void this.#take(one);
  }

  async #take({ participant, source, options }: StageTrack): Promise<void> {
    const { id, producerId, kind, rtpParameters, producerPaused, layers } = options;
    if (!this.#paused.has(id)) this.#paused.set(id, producerPaused);
    let consumer: types.Consumer;
    try {
      consumer = await this.#receive.consume({
        id,
        producerId,
        kind,
        rtpParameters: rtpParameters as types.RtpParameters,
      });
    } catch {
      // The transport was closed, or this browser can't decode the track. Other tracks still play.
      return;
    }
    if (this.#closed.has(id) || this.#receive.closed) return consumer.close();
    this.#consumers.set(id, consumer);
    const { track } = consumer;
    const one = { consumerId: id, participant, source, track, layers, isPaused: false };
    this.#tracks.value = [...this.#tracks.peek(), this.#withPause(one)];
  }

  #withPause(one: RemoteTrack): RemoteTrack {
    const isPaused = this.#paused.get(one.consumerId) ?? false;
    return one.isPaused === isPaused ? one : { ...one, isPaused };
  }

  #drop(consumerId: string): void {
    this.#closed.add(consumerId);
    this.#consumers.get(consumerId)?.close();
    this.#consumers.delete(consumerId);
    this.#paused.delete(consumerId);
    this.#tracks.value = this.#tracks.peek().filter((one) => one.consumerId !== consumerId);
  }
}
