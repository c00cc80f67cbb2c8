import type { TypedEmitter } from '../common/typed-emitter.js';
import type {
  ConsumerOptions,
  DtlsParameters,
  IceParameters,
  MediaKind,
  RtpCapabilities,
  RtpParameters,
  TransportOptions,
} from '../protocol/rtc.js';

/*
 * What the domain needs of the media side; `sfu` implements it. Everything here rejects with a
 * DomainError: `media_refused` for parameters that can't be used, `unavailable` while workers restart.
 */

/** Nest's injection token for the {@link MediaPort}. */
export const MEDIA = Symbol('MediaPort');

/** Makes room for broadcasts' media. */
export interface MediaPort {
  /** What can be routed: the same for every broadcast, so that pages can have it in advance. */
  readonly rtpCapabilities: RtpCapabilities;
  /** True while media can be served. */
  readonly ready: boolean;
  open(broadcastId: string): Promise<BroadcastMedia>;
}

/** One broadcast's media, for as long as it lasts; outlives its publisher's connections. */
export interface BroadcastMedia {
  readonly closed: boolean;
  /** `closed`: its worker died, or {@link close} was called; all its peers' media is closed before. */
  readonly events: TypedEmitter<{ closed: [] }>;
  /** A way in for the publisher. */
  publish(): Promise<PublisherMedia>;
  /** A way out for one viewer, with a paused consumer for each track there is. */
  watch(capabilities: RtpCapabilities): Promise<ViewerMedia>;
  close(): void;
}

/** One end of a WebRTC connection at the server. */
export interface PeerMedia {
  readonly transport: TransportOptions;
  readonly closed: boolean;
  connect(dtlsParameters: DtlsParameters): Promise<void>;
  restartIce(): Promise<IceParameters>;
  close(): void;
}

export interface PublisherMedia extends PeerMedia {
  /**
   * `connected`, `disconnected`: whether media can arrive. `delayMeasured`: milliseconds from capture,
   * by the publisher's clock, to arrival here, by the server's.
   */
  readonly events: TypedEmitter<{
    connected: [];
    disconnected: [];
    delayMeasured: [delayMs: number];
    closed: [];
  }>;
  /** Takes a track; resolves with the producer's id. One audio and one video at most. */
  produce(track: {
    kind: MediaKind;
    rtpParameters: RtpParameters;
    paused: boolean;
  }): Promise<string>;
  setPaused(producerId: string, paused: boolean): Promise<void>;
  unproduce(producerId: string): void;
}

export interface ViewerMedia extends PeerMedia {
  readonly events: TypedEmitter<{
    consumerAdded: [ConsumerOptions];
    consumerClosed: [consumerId: string];
    consumerPaused: [consumerId: string, paused: boolean];
    layerChanged: [consumerId: string, layer: number | null];
    closed: [];
  }>;
  readonly consumers: ConsumerOptions[];
  /** Kinds that the publisher sends in a codec which this viewer can't receive. */
  readonly unsupported: MediaKind[];
  /** Starts the flow of consumers that the client is ready for. */
  resume(consumerIds: readonly string[]): Promise<void>;
  /** Holds the video at a simulcast layer (0 is the lowest), or lets bandwidth estimation choose (null). */
  pinLayer(layer: number | null): Promise<void>;
}
