import type { TypedEmitter } from '../../common/typed-emitter.js';
import type {
  ConsumerOptions,
  DtlsParameters,
  IceParameters,
  MediaKind,
  RtpCapabilities,
  RtpParameters,
  TransportOptions,
} from '../../protocol/rtc.js';
import type { BroadcastSource } from '../../protocol/broadcast.js';
import type { TrackCodec } from '../../media/rtp/track-codec.js';

/*
 * The media server as the domain needs it; `sfu` implements {@link MediaPort}. All methods reject
 * with a DomainError: `media_refused` for unusable parameters, `unavailable` while workers restart.
 */

/** Nest's injection token for the {@link MediaPort}. */
export const MEDIA = Symbol('MediaPort');

/** Creates the media of broadcasts. */
export interface MediaPort {
  /**
   * The codecs that can be routed: the same for every broadcast, so pages can fetch them in
   * advance.
   */
  readonly rtpCapabilities: RtpCapabilities;
  /** Whether media can be served. */
  readonly ready: boolean;
  open(broadcastId: string): Promise<BroadcastMedia>;
}

/** One broadcast's media. Outlives its publisher's connections. */
export interface BroadcastMedia {
  readonly closed: boolean;
  /**
   * `closed`: its worker died or {@link close} was called; emitted after all its peers' media has
   * closed.
   */
  readonly events: TypedEmitter<{ closed: [] }>;
  /** Opens a connection for the publisher. */
  publish(source: BroadcastSource): Promise<PublisherMedia>;
  /** Opens a connection for a viewer, with a paused consumer for each current track. */
  watch(capabilities: RtpCapabilities): Promise<ViewerMedia>;
  /**
   * Opens a connection for a viewer with a fixed session description, who cannot be notified of new
   * tracks (WHEP). Tracks start when it connects.
   *
   * @param terms null: the viewer uses our payload types, and chooses from them by {@link
   *   ReceiverMedia.accept}
   */
  receive(terms: ReceiverTerms | null): Promise<ReceiverMedia>;
  /** Taps the publisher's RTP, for packaging. At most one tap is needed at a time. */
  tap(): Promise<MediaTap>;
  close(): void;
}

/** A broadcast's tracks as RTP. Stays open when publishers leave and return. */
export interface MediaTap {
  /** The tracks being sent now. */
  readonly tracks: ReadonlySet<TappedTrack>;
  readonly events: TypedEmitter<{ trackAdded: [TappedTrack]; closed: [] }>;
  close(): void;
}

/** A track with all its simulcast layers, numbered from 0, the lowest. */
export interface TappedTrack {
  readonly id: string;
  readonly kind: MediaKind;
  readonly codec: TrackCodec;
  readonly layerCount: number;
  /** Whether any packets have arrived from the publisher, readable or not. */
  readonly sends: boolean;
  readonly reportsTell: ReportedMoment;
  readonly paused: boolean;
  readonly events: TypedEmitter<{
    packet: [TappedPacket];
    senderReport: [TappedReport];
    paused: [paused: boolean];
    closed: [];
  }>;
  /**
   * Requests a key frame on all layers from the publisher; at most one request per second is sent.
   */
  requestKeyFrame(): void;
}

/**
 * An RTP packet (RFC 3550 5.1), in order of arrival: the consumer sorts out late and repeated ones.
 */
export type TappedPacket = Readonly<{
  layer: number;
  /** The whole packet; the consumer may retain it. */
  bytes: Uint8Array;
  /** Time of arrival by the server's clock. */
  arrivedMs: number;
}>;

/**
 * The moment that an audio sender's reports refer to: the capture of a packet's first sample, as
 * RFC 3550 6.4.1 requires, or the sending of the packet after capture and encoding. libwebrtc, and
 * so every browser, does the latter.
 */
export type ReportedMoment = 'capture' | 'sending';

/** An RTCP sender report (RFC 3550 6.4.1): the layer's RTP clock was at `rtpTime` at `ntpMs`. */
export type TappedReport = Readonly<{
  layer: number;
  /** Milliseconds since 1970 by the publisher's clock, with a fraction. */
  ntpMs: number;
  rtpTime: number;
}>;

/** The server's end of a WebRTC connection. */
export interface PeerMedia {
  readonly transport: TransportOptions;
  readonly closed: boolean;
  connect(dtlsParameters: DtlsParameters): Promise<void>;
  restartIce(): Promise<IceParameters>;
  close(): void;
}

/** Measurements of what arrives from a publisher. */
export type PublisherHealth = Readonly<{
  bitrateBps: number;
  /** Null: not in the publisher's reports. */
  roundTripMs: number | null;
  tracks: readonly Readonly<{
    kind: MediaKind;
    /** Such as `H264`. */
    codec: string;
    /** Simulcast layers, the lowest first. */
    streams: readonly Readonly<{
      rid: string | null;
      bitrateBps: number;
      /** Percentage lost during the last three seconds. */
      lossPercent: number;
      /** Interval between key frames, milliseconds; null: audio, or not known yet. */
      keyFrameIntervalMs: number | null;
    }>[];
  }>[];
}>;

export interface PublisherMedia extends PeerMedia {
  /**
   * `connected`, `disconnected`: whether media can arrive.
   * `arriving`: whether media does arrive: true from the first packet, false after ten seconds
   * without one or when the connection is lost. Tracks count as arriving while all of them are
   * paused on purpose.
   * `delayMeasured`: milliseconds from capture by the publisher's clock to arrival by the server's.
   */
  readonly events: TypedEmitter<{
    connected: [];
    disconnected: [];
    arriving: [isArriving: boolean];
    delayMeasured: [delayMs: number];
    closed: [];
  }>;
  /** The last value of the event `arriving`. */
  readonly isArriving: boolean;
  /** Adds a track; resolves with the producer's id. At most one audio and one video track. */
  produce(track: {
    kind: MediaKind;
    rtpParameters: RtpParameters;
    paused: boolean;
    /**
     * The order of its simulcast layers is a guess: once they are measured, a producer with the
     * right order replaces it.
     */
    layersGuessed?: boolean;
    reportsTell: ReportedMoment;
  }): Promise<string>;
  /** Measures the incoming bit rate, bits per second; 0 when closed. */
  bitrateBps(): Promise<number>;
  /** Measures what arrives in detail, for the publisher. */
  health(): Promise<PublisherHealth>;
  setPaused(producerId: string, paused: boolean): Promise<void>;
  unproduce(producerId: string): void;
}

/** A codec of a client's session description, under the client's payload type. */
export type NumberedCodec = Readonly<{
  payloadType: number;
  /** Such as `video/H264`; case-insensitive. */
  mimeType: string;
  clockRate: number;
  channels?: number;
  parameters?: Readonly<Record<string, unknown>>;
  rtcpFeedback: readonly Readonly<{ type: string; parameter?: string }>[];
  /** Payload type of its retransmissions (RFC 4588); null: none. */
  rtxPayloadType: number | null;
}>;

/** What a client can receive, by its session description. */
export type ReceiverTerms = Readonly<{
  /** In order of preference. */
  codecs: readonly NumberedCodec[];
  headerExtensions: RtpCapabilities['headerExtensions'];
  /** The `a=mid` of the section for each kind, where one exists. */
  mids: Partial<Record<MediaKind, string>>;
}>;

/** A viewer's connection that uses the payload types of its session description. */
export interface ReceiverMedia extends ViewerMedia {
  /** Everything that may be sent to it, whatever the publisher sends: for our answer or offer. */
  readonly agreed: RtpCapabilities;
  /**
   * Applies the client's answer to an offer of {@link agreed}; tracks start.
   * @throws {DomainError} `media_refused` if it accepts nothing
   */
  accept(terms: ReceiverTerms): Promise<void>;
}

export interface ViewerMedia extends PeerMedia {
  /** `connected`, `disconnected`: whether media can reach the viewer. */
  readonly events: TypedEmitter<{
    connected: [];
    disconnected: [];
    consumerAdded: [ConsumerOptions];
    consumerClosed: [consumerId: string];
    consumerPaused: [consumerId: string, paused: boolean];
    layerChanged: [consumerId: string, layer: number | null];
    closed: [];
  }>;
  readonly consumers: ConsumerOptions[];
  /** Kinds that the publisher sends in a codec this viewer cannot receive. */
  readonly unsupported: MediaKind[];
  /** Starts consumers that the client is ready for. */
  resume(consumerIds: readonly string[]): Promise<void>;
  /**
   * Pins the video to a simulcast layer (0 is the lowest), or lets bandwidth estimation choose
   * (null).
   */
  pinLayer(layer: number | null): Promise<void>;
}
