import type { Device, types } from 'mediasoup-client';
import type { PublisherStarted } from '../../src/protocol/signaling.js';
import type { Link } from './link.js';
import { encodingsFor, pictureSizeOf } from './encodings.js';
import { MediaPath } from './media-path.js';

export type TrackKind = 'audio' | 'video';

/**
 * The audio options: stereo at a bit rate that is sufficient for music, with forward error
 * correction for lossy uplinks.
 */
const AUDIO_OPTIONS: types.ProducerCodecOptions = {
  opusStereo: true,
  opusFec: true,
  opusDtx: false,
  opusMaxAverageBitrate: 128_000,
};

/** The sending end of one WebRTC transport, with at most one audio and one video track. */
export class Sender {
  readonly transportId: string;
  readonly #link: Pick<Link, 'request'>;
  readonly #device: Device;
  readonly #transport: types.Transport;
  readonly #path: MediaPath;
  readonly #producers = new Map<TrackKind, types.Producer>();
  /**
   * The latest call to `send` for each kind. The next call waits for it, so that there is only one
   * producer per kind.
   */
  readonly #sending = new Map<TrackKind, Promise<void>>();
  readonly #muted: Record<TrackKind, boolean> = { audio: false, video: false };

  constructor(options: {
    /** The link to the node that has the transport. */
    link: Pick<Link, 'request'>;
    device: Device;
    started: PublisherStarted;
    onFailed: () => void;
  }) {
    const { link, device, started, onFailed } = options;
    this.#link = link;
    this.#device = device;
    this.transportId = started.transport.id;
    this.#transport = device.createSendTransport({
      ...started.transport,
      iceServers: started.iceServers,
    });
    this.#path = new MediaPath(link, this.#transport, onFailed);
    this.#transport.on('produce', ({ kind, rtpParameters, appData }, callback, errback) => {
      link
        .request('publisher:produce', {
          kind,
          rtpParameters: rtpParameters as never,
          paused: appData['paused'] === true,
        })
        .then(
          ({ producerId }) => callback({ id: producerId }),
          (error: unknown) => errback(error instanceof Error ? error : new Error(String(error))),
        );
    });
  }

  /** Sends a track, replacing the previous one of its kind; null stops sending that kind. */
  send(kind: TrackKind, track: MediaStreamTrack | null, muted: boolean): Promise<void> {
    this.#muted[kind] = muted;
    const send = (): Promise<void> => this.#send(kind, track);
    const sent = this.#sending.get(kind)?.then(send, send) ?? send();
    this.#sending.set(kind, sent);
    return sent;
  }

  async setMuted(kind: TrackKind, muted: boolean): Promise<void> {
    this.#muted[kind] = muted;
    const producer = this.#producers.get(kind);
    if (!producer || producer.paused === muted) return;
    if (muted) producer.pause();
    else producer.resume();
    await this.#link.request('publisher:pause', { producerId: producer.id, paused: muted });
  }

  getStats(): Promise<RTCStatsReport> {
    return this.#transport.getStats();
  }

  close(): void {
    this.#path.close();
    this.#producers.clear();
  }

  async #send(kind: TrackKind, track: MediaStreamTrack | null): Promise<void> {
    const producer = this.#producers.get(kind);
    if (track === null) {
      if (!producer) return;
      this.#producers.delete(kind);
      producer.close();
      await this.#link.request('publisher:unproduce', { producerId: producer.id });
    } else if (producer) {
      await producer.replaceTrack({ track });
      await this.#fitEncodings(producer, track);
      await this.setMuted(kind, this.#muted[kind]);
    } else {
      this.#producers.set(kind, await this.#produce(kind, track, this.#muted[kind]));
      // The kind may have been muted in the meantime.
      await this.setMuted(kind, this.#muted[kind]);
    }
  }

  #produce(kind: TrackKind, track: MediaStreamTrack, muted: boolean): Promise<types.Producer> {
    const common = { track, stopTracks: false, appData: { paused: muted } };
    if (kind === 'audio')
      return this.#transport.produce({ ...common, codecOptions: AUDIO_OPTIONS });
    const h264 = this.#device.sendRtpCapabilities.codecs?.find(
      ({ mimeType }) => mimeType.toLowerCase() === 'video/h264',
    );
    return this.#transport.produce({
      ...common,
      codecOptions: { videoGoogleStartBitrate: 1_500 },
      // Without H.264, the browser's next codec is sent in a single layer, because HLS and some
      // viewers' browsers don't support simulcast with other codecs.
      ...(h264 ? { codec: h264, encodings: encodingsFor(pictureSizeOf(track.getSettings())) } : {}),
    });
  }

  /** Adapts the layers' bit rates to the picture size, which may differ with a new source. */
  async #fitEncodings(producer: types.Producer, track: MediaStreamTrack): Promise<void> {
    const sender = producer.rtpSender;
    if (producer.kind !== 'video' || !sender) return;
    const wanted = encodingsFor(pictureSizeOf(track.getSettings())).toReversed();
    const parameters = sender.getParameters();
    parameters.encodings.toReversed().forEach((encoding, fromTop) => {
      const fit = wanted[fromTop];
      encoding.active = fit !== undefined;
      if (fit) encoding.maxBitrate = fit.maxBitrate;
    });
    await sender.setParameters(parameters);
  }
}
