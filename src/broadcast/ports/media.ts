import type { NodeId } from '../../cluster/cluster.js';
import type { Listenable } from '../../common/typed-emitter.js';
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
import type { AudioConfig } from '../../media/codecs/codec-config.js';
import type { TrackCodec } from '../../media/rtp/track-codec.js';
import type { ClockAnchor, MediaUnit, UnitTrack } from './unit-track.js';

/*
 * The domain's view of the media server. `sfu` implements {@link MediaPort}. All methods reject
 * with a DomainError: `media_refused` for unusable parameters, `unavailable` while workers restart.
 */

/** Nest's injection token for the {@link MediaPort}. */
export const MEDIA = Symbol('MediaPort');

/** Creates the media of broadcasts. */
export interface MediaPort {
  /**
   * The codecs that can be routed. The codecs are the same for every broadcast, so pages can fetch
   * them in advance.
   */
  readonly rtpCapabilities: RtpCapabilities;
  /** Whether media can be served. */
  readonly ready: boolean;
  /** Opens the media of a broadcast that is published on this node. */
  open(broadcast: MediaOwner): Promise<BroadcastMedia>;
  /**
   * Opens the media of a broadcast that is published on another node.
   * @param locate returns the node that runs the broadcast at that moment; null if none is known
   */
  openRemote(locate: () => RemotePlace | null): Promise<RemoteMedia>;
}

/** A broadcast, and the epoch in which its node runs it. */
export type MediaOwner = Readonly<{ id: string; epoch: number }>;
/** Where a broadcast runs. */
export type RemotePlace = MediaOwner & Readonly<{ nodeId: NodeId }>;

/** The media of one broadcast, to which this node's viewers connect. */
export interface WatchedMedia {
  readonly closed: boolean;
  /**
   * `closed`: the worker died or {@link close} was called. The event is emitted after the media of
   * all peers has closed.
   */
  readonly events: Listenable<{ closed: [] }>;
  /** Opens a connection for a viewer, with a paused consumer for each current track. */
  watch(capabilities: RtpCapabilities): Promise<ViewerMedia>;
  /**
   * Opens a connection for a viewer with a fixed session description, who cannot be notified of new
   * tracks (WHEP). Tracks start when the viewer connects.
   * @param terms null if the viewer uses the server's payload types, and selects from them with
   *   {@link ReceiverMedia.accept}
   */
  receive(terms: ReceiverTerms | null): Promise<ReceiverMedia>;
  close(): void;
}

/** A source that sends access units; see {@link ProgramMedia}. */
export type ProgramSource = Extract<BroadcastSource, 'rtmp' | 'srt'>;

/** A source that connects from outside over WebRTC. */
export type PeerSource = Exclude<BroadcastSource, 'mixer' | ProgramSource>;

/** One broadcast's media on the node of its publisher. It outlives the publisher's connections. */
export interface BroadcastMedia extends WatchedMedia {
  /**
   * Whether the server transcodes the video to put its frames in the order in which they are shown,
   * because the publisher sends them in a different order, as with B-frames.
   */
  readonly ordersPictures: boolean;
  /** As for {@link WatchedMedia}. `orderingChanged`: {@link ordersPictures} has changed. */
  readonly events: Listenable<{ closed: []; orderingChanged: [] }>;
  /** Opens a WebRTC connection for the publisher. */
  publish(source: PeerSource): Promise<PublisherMedia>;
  /** Accepts the media of a publisher that isn't connected over WebRTC. */
  ingest(): Promise<ProgramMedia>;
  /** Taps the publisher's media, for packaging. A broadcast needs at most one tap at a time. */
  tap(): Promise<MediaTap>;
}

/**
 * One broadcast's media from another node. It follows the broadcast from node to node, and closes
 * by itself ten seconds after its last viewer has left.
 */
export interface RemoteMedia extends WatchedMedia {
  /** Reports that the broadcast now runs on another node, or in another epoch. */
  moved(): void;
}

/**
 * A broadcast's tracks, at most one of each kind at a time. A tap stays open when publishers leave
 * and return.
 */
export interface MediaTap {
  /** The current tracks. */
  readonly tracks: ReadonlySet<MediaTrack>;
  readonly events: Listenable<{ trackAdded: [MediaTrack]; closed: [] }>;
  close(): void;
}

/** A track as its publisher sends it: as RTP, or as access units. */
export type MediaTrack = TappedTrack | UnitTrack;

/** An RTP track with all its simulcast layers, which are numbered from 0 (the lowest). */
export interface TappedTrack {
  readonly form: 'rtp';
  readonly id: string;
  readonly kind: MediaKind;
  readonly codec: TrackCodec;
  readonly layerCount: number;
  /** Whether any packets have arrived from the publisher, readable or not. */
  readonly sends: boolean;
  readonly reportsTell: ReportedMoment;
  readonly paused: boolean;
  readonly events: Listenable<{
    packet: [TappedPacket];
    senderReport: [TappedReport];
    paused: [paused: boolean];
    closed: [];
  }>;
  /**
   * Requests a key frame from the publisher on all layers. At most two requests per second are
   * sent.
   */
  requestKeyFrame(): void;
}

/**
 * An RTP packet (RFC 3550 5.1), in order of arrival. The consumer must handle late and duplicate
 * packets.
 */
export type TappedPacket = Readonly<{
  layer: number;
  /** The whole packet. The consumer may retain it. */
  bytes: Uint8Array;
  /** The time of arrival on the server's clock. */
  arrivedMs: number;
}>;

/**
 * The moment to which an audio sender's reports refer: either the capture of a packet's first
 * sample, as RFC 3550 6.4.1 requires, or the sending of the packet, which follows after capture and
 * encoding. libwebrtc uses the latter, and so does every browser.
 */
export type ReportedMoment = 'capture' | 'sending';

/** An RTCP sender report (RFC 3550 6.4.1): the layer's RTP clock showed `rtpTime` at `ntpMs`. */
export type TappedReport = Readonly<{
  layer: number;
  /** Milliseconds since 1970 on the publisher's clock, with a fraction. */
  ntpMs: number;
  rtpTime: number;
}>;

/** The server's side of a WebRTC connection. */
export interface PeerMedia {
  readonly transport: TransportOptions;
  readonly closed: boolean;
  connect(dtlsParameters: DtlsParameters): Promise<void>;
  restartIce(): Promise<IceParameters>;
  close(): void;
}

/** Measurements of the media that arrives from a publisher. */
export type PublisherHealth = Readonly<{
  bitrateBps: number;
  /** The name and version of the publisher's software; absent if it doesn't report them. */
  encoder?: string;
  /** Whether audio arrives that WebRTC viewers don't get, because the server can't transcode it. */
  lacksSound?: boolean;
  /** The round-trip time; null if the publisher doesn't report it. */
  roundTripMs: number | null;
  tracks: readonly Readonly<{
    kind: MediaKind;
    /** The codec's name, such as `H264`. */
    codec: string;
    /** The simulcast layers, lowest first. */
    streams: readonly Readonly<{
      rid: string | null;
      bitrateBps: number;
      /** The percentage of packets lost during the last three seconds. */
      lossPercent: number;
      /**
       * The interval between key frames in milliseconds; null for audio, or if the interval is
       * unknown.
       */
      keyFrameIntervalMs: number | null;
      /** Frames per second; absent if they aren't counted. */
      framesPerSecond?: number;
      /**
       * Whether frames are decoded in a different order from the one in which they are shown;
       * absent if that isn't known.
       */
      reorders?: boolean;
    }>[];
  }>[];
}>;

/** The sender of a broadcast's tracks: a publisher over any protocol, or a mixer of this server. */
export interface SourceMedia {
  readonly closed: boolean;
  /**
   * `connected`, `disconnected`: whether media can arrive. `arriving`: whether media does arrive.
   * It is true from the first packet on, and false after ten seconds without a packet or when the
   * connection is lost. Media also counts as arriving while all tracks are paused on purpose.
   * `delayMeasured`: the number of milliseconds from capture (on the publisher's clock) to arrival
   * (on the server's clock).
   */
  readonly events: Listenable<{
    connected: [];
    disconnected: [];
    arriving: [isArriving: boolean];
    delayMeasured: [delayMs: number];
    closed: [];
  }>;
  /** The last value of the `arriving` event. */
  readonly isArriving: boolean;
  /** Measures the incoming bit rate, in bits per second; 0 if the connection is closed. */
  bitrateBps(): Promise<number>;
  /** Measures the incoming media in detail. The result is shown to the publisher. */
  health(): Promise<PublisherHealth>;
  close(): void;
}

/** Measurements of the network path between an encoder and the server. */
export type NetworkPath = Readonly<{
  roundTripMs: number;
  /** The percentage of packets lost on the network during the last three seconds, before recovery. */
  lossPercent: number;
}>;

/** The tracks of a mixer. */
export interface MixedMedia extends SourceMedia {
  /** Replaces the tracks of the previous source, which has been closed. */
  begin(): void;
}

/**
 * The media of a publisher that sends access units, as over RTMP and SRT. WebRTC viewers receive
 * the video, too, transcoded unless its frames are sent in the order in which they are shown.
 */
export interface ProgramMedia extends SourceMedia {
  /** Sets the name of the publisher's software, as reported by the software itself. */
  setEncoder(encoder: string): void;
  /** Sets the newest measurements of the network path, for protocols that provide them. */
  setPath(path: NetworkPath): void;
  /** Adds an H.264 track. An earlier one is closed. */
  addVideo(): ProgramTrack;
  /** Adds an AAC track. An earlier one is closed. */
  addAudio(audio: ProgramAudio): ProgramTrack;
}

/** A publisher's audio. */
export type ProgramAudio = Readonly<{
  config: AudioConfig;
  /** Transcodes the audio for WebRTC viewers; null if the server can't. */
  transcode: StartTranscoder | null;
}>;

/**
 * Starts transcoding to Opus.
 * @param onPacket called for each packet, with its time in 48 kHz ticks on the encoder's clock
 */
export type StartTranscoder = (
  onPacket: (data: Uint8Array, timeTicks: number) => void,
) => OpusTranscoder;

/** Transcodes AAC to Opus. */
export interface OpusTranscoder {
  /** Adds the next frame, with its time in milliseconds on the encoder's clock. */
  push(data: Uint8Array, timeMs: number): void;
  /** Stops at once. Idempotent. */
  close(): void;
}

/** One of a publisher's tracks. Its times are in milliseconds. */
export interface ProgramTrack {
  /** Adds the next unit, in decoding order; see {@link UnitTrack}. */
  push(unit: MediaUnit): void;
  /** See {@link ClockAnchor}. */
  setClock(anchor: ClockAnchor): void;
  close(): void;
}

/** The media of a publisher that sends over WebRTC. */
export interface PublisherMedia extends PeerMedia, SourceMedia {
  /**
   * Adds a track and resolves with the producer's id. A publisher can have at most one audio and
   * one video track.
   */
  produce(track: {
    kind: MediaKind;
    rtpParameters: RtpParameters;
    paused: boolean;
    /**
     * Whether the order of the simulcast layers is a guess. If measurements show a different order,
     * a producer with the correct order replaces this one.
     */
    layersGuessed?: boolean;
    reportsTell: ReportedMoment;
  }): Promise<string>;
  setPaused(producerId: string, paused: boolean): Promise<void>;
  unproduce(producerId: string): void;
}

/** A codec of a client's session description, with the client's payload type. */
export type NumberedCodec = Readonly<{
  payloadType: number;
  /** The MIME type, such as `video/H264`; case-insensitive. */
  mimeType: string;
  clockRate: number;
  channels?: number;
  parameters?: Readonly<Record<string, unknown>>;
  rtcpFeedback: readonly Readonly<{ type: string; parameter?: string }>[];
  /** The payload type of the codec's retransmissions (RFC 4588); null if there are none. */
  rtxPayloadType: number | null;
}>;

/** What a client can receive, according to its session description. */
export type ReceiverTerms = Readonly<{
  /** The codecs in order of preference. */
  codecs: readonly NumberedCodec[];
  headerExtensions: RtpCapabilities['headerExtensions'];
  /** The `a=mid` of the section for each kind that has one. */
  mids: Partial<Record<MediaKind, string>>;
}>;

/** A viewer's connection that uses the payload types of its session description. */
export interface ReceiverMedia extends ViewerMedia {
  /**
   * Everything that the viewer can receive from the server, no matter what the publisher sends now.
   * Used for the server's answer or offer.
   */
  readonly agreed: RtpCapabilities;
  /**
   * Applies the client's answer to an offer of {@link agreed}, and starts the tracks.
   * @throws {DomainError} `media_refused` if the answer accepts nothing
   */
  accept(terms: ReceiverTerms): Promise<void>;
  /** Measures the outgoing bit rate, in bits per second; 0 if the connection is closed. */
  bitrateBps(): Promise<number>;
}

export interface ViewerMedia extends PeerMedia {
  /** `connected`, `disconnected`: whether media can reach the viewer. */
  readonly events: Listenable<{
    connected: [];
    disconnected: [];
    consumerAdded: [ConsumerOptions];
    consumerClosed: [consumerId: string];
    consumerPaused: [consumerId: string, paused: boolean];
    layerChanged: [consumerId: string, layer: number | null];
    closed: [];
  }>;
  readonly consumers: ConsumerOptions[];
  /** The kinds that the publisher sends in a codec that this viewer can't receive. */
  readonly unsupported: MediaKind[];
  /** Starts the consumers for which the client is ready. */
  resume(consumerIds: readonly string[]): Promise<void>;
  /**
   * Pins the video to a simulcast layer (0 is the lowest), or lets bandwidth estimation choose
   * (null).
   */
  pinLayer(layer: number | null): Promise<void>;
}
