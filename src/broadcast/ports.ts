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
import type { BroadcastSource } from '../protocol/broadcast.js';

/*
 * What the domain needs of the media side: `sfu` implements {@link MediaPort}, `hls` implements
 * {@link PackagingPort} and takes what it packages from a {@link MediaTap}. Everything here rejects with
 * a DomainError: `media_refused` for parameters that can't be used, `unavailable` while workers restart.
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
  readonly codec: Readonly<{
    /** Such as `video/H264`, `audio/opus`. */
    mimeType: string;
    /** Ticks of its RTP time in a second. */
    clockRate: number;
    channels: number;
    /** Of the codec's `fmtp`, such as `sprop-parameter-sets`. */
    parameters: Readonly<Record<string, unknown>>;
  }>;
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

/** Nest's injection token for the {@link PackagingPort}. */
export const PACKAGING = Symbol('PackagingPort');

/** Makes broadcasts playable over HTTP. */
export interface PackagingPort {
  open(broadcast: { id: string; channel: string }): BroadcastPackage;
}

/**
 * `preparing`: nothing to play yet; `ready`: it can be played, also while interrupted; `unavailable`: it
 * can't be packaged (its codec needs a program that isn't there), so there is WebRTC only.
 */
export type PackageState = 'preparing' | 'ready' | 'unavailable';

/** One broadcast as HLS, from its start to its end. */
export interface BroadcastPackage {
  readonly state: PackageState;
  /** Where its newest picture is, a path that changes with the picture; null: there is none. */
  readonly thumbnailPath: string | null;
  /** `changed`: {@link state} is another. */
  readonly events: TypedEmitter<{ changed: [] }>;
  /** Packages what comes from there, from now on; in place of an earlier tap, which it closes. */
  take(tap: MediaTap): void;
  /** What to add to the publisher's clock for the server's, milliseconds. */
  setClockOffset(offsetMs: number): void;
  /** The publisher is lost: what was written is finished, and what comes next is a discontinuity. */
  interrupt(): void;
  /** Whether there's no other way to a picture than {@link offerThumbnail}. */
  readonly wantsThumbnails: boolean;
  /** A picture that the publisher's browser made; what is no small JPEG is left out. */
  offerThumbnail(jpeg: Uint8Array): void;
  /** The broadcast is over: playlists end. */
  close(): void;
}

/** Nest's injection token for the {@link RecordingPort}. */
export const RECORDING = Symbol('RecordingPort');

/** Keeps what broadcasts are packaged into. */
export interface RecordingPort {
  open(broadcast: { id: string; channel: string }): SegmentKeeper;
  /** Resolves when all that keepers were given until now is kept, or left out: files may go then. */
  settled(): Promise<void>;
}

/** A file of a run's rendition, as it is on the disk now; it may go soon. */
export type PackagedFile = Readonly<{
  run: string;
  /** `video-2`, `opus`. */
  rendition: string;
  /** Its name among the rendition's. */
  file: string;
  /** Where it is. */
  path: string;
}>;

/** What a decoder has to know before what comes next. */
export type PackagedInit = PackagedFile &
  Readonly<{ codecs: string; width?: number; height?: number; channels?: number }>;

export type PackagedSegment = Omit<PackagedFile, 'file' | 'path'> &
  Readonly<{
    /** Its number in the run, the same in all renditions. */
    msn: number;
    /** null: there is nothing of it. */
    stored: Readonly<{
      file: string;
      path: string;
      bytes: number;
      frames: number;
      /** What its file is made of; null: to be read from it. */
      fragments: readonly PackagedFragment[] | null;
    }> | null;
    /** The file of its initialization section; null before the first. */
    init: string | null;
    durationS: number;
    /** When what it begins with was captured, milliseconds since 1970. */
    wallMs: number;
    discontinuity: boolean;
  }>;

/** Samples that lie one after another in a segment's file, without gaps in time. */
export type PackagedFragment = Readonly<{
  /** When the first one is shown, ticks of its track (90 kHz of pictures, 48 kHz of sound), on the run's timeline. */
  baseTicks: number;
  /** Where in the file the first one begins. */
  offset: number;
  sizes: readonly number[];
  durationsTicks: readonly number[];
  /** Which of them can be decoded without those before. */
  keys: readonly number[];
}>;

/** Takes one broadcast's segments as they are finished, each rendition's in order. Nothing throws. */
export interface SegmentKeeper {
  keepInit(init: PackagedInit): void;
  keepSegment(segment: PackagedSegment): void;
  /** A small JPEG of what is shown now. */
  keepPicture(jpeg: Uint8Array): void;
  /** The broadcast is over, and all that there is of it was given. */
  end(): void;
}

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
