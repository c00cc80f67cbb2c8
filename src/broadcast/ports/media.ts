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
 * What the domain needs of the media server: `sfu` implements {@link MediaPort}. Everything here rejects
 * with a DomainError: `media_refused` for parameters that can't be used, `unavailable` while workers restart.
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
  publish(source: BroadcastSource): Promise<PublisherMedia>;
  /** A way out for one viewer, with a paused consumer for each track there is. */
  watch(capabilities: RtpCapabilities): Promise<ViewerMedia>;
  /**
   * A way out for one whose session description is fixed once, and who can't be told of tracks as they
   * come (WHEP). Tracks flow as soon as it is connected.
   *
   * @param terms null: it will take our numbers, and say by {@link ReceiverMedia.accept} which
   */
  receive(terms: ReceiverTerms | null): Promise<ReceiverMedia>;
  /** Its RTP as the publisher sends it, for packaging. One at a time is enough. */
  tap(): Promise<MediaTap>;
  close(): void;
}

/** A broadcast's tracks as RTP; stays open while publishers come and go. */
export interface MediaTap {
  /** What is being sent now. */
  readonly tracks: ReadonlySet<TappedTrack>;
  readonly events: TypedEmitter<{ trackAdded: [TappedTrack]; closed: [] }>;
  close(): void;
}

/** One track, all its simulcast layers. Layers count from 0, the lowest. */
export interface TappedTrack {
  readonly id: string;
  readonly kind: MediaKind;
  readonly codec: TrackCodec;
  readonly layerCount: number;
  /** Whether packets of it have come from the publisher, readable or not. */
  readonly sends: boolean;
  readonly reportsTell: ReportedMoment;
  readonly paused: boolean;
  readonly events: TypedEmitter<{
    packet: [TappedPacket];
    senderReport: [TappedReport];
    paused: [paused: boolean];
    closed: [];
  }>;
  /** Asks the publisher for a key frame on all layers; requests are merged into one a second. */
  requestKeyFrame(): void;
}

/** One RTP packet (RFC 3550 5.1), in the order of arrival: late and repeated ones are the taker's to sort. */
export type TappedPacket = Readonly<{
  layer: number;
  /** The whole packet; the taker may keep it. */
  bytes: Uint8Array;
  /** When it came, server's clock. */
  arrivedMs: number;
}>;

/**
 * What a sender's reports give the time of, for sound: the capture of a packet's first sample, as RFC 3550 6.4.1 asks, or
 * its sending, when all of it has been captured and encoded. libwebrtc, and so every browser, does the latter.
 */
export type ReportedMoment = 'capture' | 'sending';

/** An RTCP sender report (RFC 3550 6.4.1): at `ntpMs` the layer's RTP clock showed `rtpTime`. */
export type TappedReport = Readonly<{
  layer: number;
  /** Milliseconds since 1970 by the publisher's clock, with a fraction. */
  ntpMs: number;
  rtpTime: number;
}>;

/** One end of a WebRTC connection at the server. */
export interface PeerMedia {
  readonly transport: TransportOptions;
  readonly closed: boolean;
  connect(dtlsParameters: DtlsParameters): Promise<void>;
  restartIce(): Promise<IceParameters>;
  close(): void;
}

/** What arrives from a publisher now. */
export type PublisherHealth = Readonly<{
  bitrateBps: number;
  /** Null: the publisher's reports don't tell. */
  roundTripMs: number | null;
  tracks: readonly Readonly<{
    kind: MediaKind;
    /** Such as `H264`. */
    codec: string;
    /** Simulcast layers, the lowest first. */
    streams: readonly Readonly<{
      rid: string | null;
      bitrateBps: number;
      /** Of what was sent during the last three seconds. */
      lossPercent: number;
      /** How far apart key frames are, milliseconds; null: of sound, or not known yet. */
      keyFrameIntervalMs: number | null;
    }>[];
  }>[];
}>;

export interface PublisherMedia extends PeerMedia {
  /**
   * `connected`, `disconnected`: whether media can arrive. `arriving`: whether it does, from the first packet on until
   * there was none for ten seconds or the connection was lost; tracks that are all paused on purpose count as if it did.
   * `delayMeasured`: milliseconds from capture, by the publisher's clock, to arrival here, by the server's.
   */
  readonly events: TypedEmitter<{
    connected: [];
    disconnected: [];
    arriving: [isArriving: boolean];
    delayMeasured: [delayMs: number];
    closed: [];
  }>;
  /** Whether media arrives now, as the event `arriving` told. */
  readonly isArriving: boolean;
  /** Takes a track; resolves with the producer's id. One audio and one video at most. */
  produce(track: {
    kind: MediaKind;
    rtpParameters: RtpParameters;
    paused: boolean;
    /** The order of its simulcast layers is a guess: it is put right when they were measured, by another producer. */
    layersGuessed?: boolean;
    reportsTell: ReportedMoment;
  }): Promise<string>;
  /** What arrives now, bits a second; 0 when it is closed. */
  bitrateBps(): Promise<number>;
  /** What arrives now in detail, for the one who sends it. */
  health(): Promise<PublisherHealth>;
  setPaused(producerId: string, paused: boolean): Promise<void>;
  unproduce(producerId: string): void;
}

/** A codec as a client's session description has it, under the client's payload type. */
export type NumberedCodec = Readonly<{
  payloadType: number;
  /** Such as `video/H264`; capitals don't count. */
  mimeType: string;
  clockRate: number;
  channels?: number;
  parameters?: Readonly<Record<string, unknown>>;
  rtcpFeedback: readonly Readonly<{ type: string; parameter?: string }>[];
  /** Of its repeats (RFC 4588); null: none. */
  rtxPayloadType: number | null;
}>;

/** What a client's session description says it receives. */
export type ReceiverTerms = Readonly<{
  /** The one it prefers first. */
  codecs: readonly NumberedCodec[];
  headerExtensions: RtpCapabilities['headerExtensions'];
  /** The `a=mid` of the section for each kind that it has one for. */
  mids: Partial<Record<MediaKind, string>>;
}>;

/** A viewer's connection by the numbers of its session description. */
export interface ReceiverMedia extends ViewerMedia {
  /** All that may be sent to it, whatever the publisher sends: for the answer, or the offer to it. */
  readonly agreed: RtpCapabilities;
  /** What the client has answered to an offer by {@link agreed}; tracks are sent from now on. Rejects with `media_refused` where that is nothing. */
  accept(terms: ReceiverTerms): Promise<void>;
}

export interface ViewerMedia extends PeerMedia {
  /** `connected`, `disconnected`: whether media can get through. */
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
  /** Kinds that the publisher sends in a codec which this viewer can't receive. */
  readonly unsupported: MediaKind[];
  /** Starts the flow of consumers that the client is ready for. */
  resume(consumerIds: readonly string[]): Promise<void>;
  /** Holds the video at a simulcast layer (0 is the lowest), or lets bandwidth estimation choose (null). */
  pinLayer(layer: number | null): Promise<void>;
}
