import type { Listenable } from '../../common/typed-emitter.js';
import type { MediaKind, RtpCapabilities, RtpParameters } from '../../protocol/rtc.js';
import type { StageSource, StageTrack } from '../../protocol/stage.js';
import type { BroadcastMedia, MediaTap, MixedMedia, PeerMedia } from './media.js';

/*
 * The media of stages as the domain needs it; `sfu` implements {@link StageMediaPort}. All methods
 * reject with a DomainError: `media_refused` for unusable parameters, `unavailable` while workers
 * restart.
 */

/** Nest's injection token for the {@link StageMediaPort}. */
export const STAGE_MEDIA = Symbol('StageMediaPort');

/** Creates the media of stages. */
export interface StageMediaPort {
  /** The codecs that can be routed, which are the same for every stage. */
  readonly rtpCapabilities: RtpCapabilities;
  /** Whether this server can mix; see {@link StageMedia.mix}. */
  readonly canMix: boolean;
  open(): Promise<StageMedia>;
}

/** The media of one stage. It is separate from the media of the channel's broadcast. */
export interface StageMedia {
  readonly closed: boolean;
  /** `closed`: the worker died or {@link close} was called, after all participants' media closed. */
  readonly events: Listenable<{ closed: [] }>;
  /**
   * Opens a participant's connection, which receives nothing until {@link
   * ParticipantMedia.receiveFrom}.
   * @param participant the participant's id, which identifies the sender of a track to others
   */
  join(participant: string, capabilities: RtpCapabilities): Promise<ParticipantMedia>;
  /** Sets the broadcast whose video is the programme's; null if there is none on this node. */
  setProgramme(programme: BroadcastMedia | null): void;
  /**
   * Starts a process that mixes participants into a programme.
   * @param programme the broadcast that receives it
   * @throws {DomainError} `stage_limit` if the server has reached its limit of mixed stages;
   *   `unavailable` if the process doesn't start
   */
  mix(programme: BroadcastMedia, size: PictureSize): Promise<StageMixMedia>;
  close(): void;
}

/** A width and height in pixels. */
export type PictureSize = Readonly<{ width: number; height: number }>;

/** A participant's video, and its position in the mixed frame, in pixels. */
export type MixedVideo = Readonly<{
  participant: string;
  source: 'camera' | 'screen';
  rect: Readonly<{ x: number; y: number; width: number; height: number }>;
  /** `cover` crops the video to the rectangle; `contain` leaves bars. */
  fit: 'cover' | 'contain';
}>;

/** A picture on top of the videos. */
export type MixedOverlay = Readonly<{
  x: number;
  y: number;
  width: number;
  height: number;
  /** BGRA without premultiplied alpha. */
  pixels: Uint8Array;
}>;

/** A running mixer. It is a broadcast's source, and closes with its stage's or broadcast's media. */
export interface StageMixMedia extends MixedMedia {
  /** `resized`: the size of a video has changed. */
  readonly mixEvents: Listenable<{ resized: [] }>;
  /** Returns the size of a participant's video; null before its first frame. */
  sizeOf(participant: string, source: 'camera' | 'screen'): PictureSize | null;
  /** Sets whose tracks are received, now and in the future. */
  receiveFrom(participants: ReadonlySet<string>): void;
  /** Shows these videos, in painting order, and no others. */
  show(videos: readonly MixedVideo[]): void;
  /** @param png a picture of the programme's size, shown behind the videos */
  setBackground(png: Uint8Array): void;
  setOverlays(overlays: readonly MixedOverlay[]): void;
  /**
   * Sets the volumes of participants' voices, from 0 to 2. The default is 1, which changes nothing.
   */
  setVolumes(volumes: Readonly<Record<string, number>>): void;
}

/** Whose tracks a participant receives. */
export type Reception = Readonly<{
  participants: ReadonlySet<string>;
  /** Whether the participant receives the programme's video. Its audio is sent only to viewers. */
  programme: boolean;
}>;

/** One of a participant's two transports. */
export type ParticipantTransport = PeerMedia & Readonly<{ events: Listenable<{ closed: [] }> }>;

/** One participant's connection. It closes as a whole if one of its transports closes. */
export interface ParticipantMedia {
  readonly send: ParticipantTransport;
  readonly receive: ParticipantTransport;
  readonly closed: boolean;
  /** The tracks that the participant receives. */
  readonly tracks: StageTrack[];
  /** The sources that the participant sends. */
  readonly sends: StageSource[];
  /** `sendsChanged`: a source was added or has ended. */
  readonly events: Listenable<{
    trackAdded: [StageTrack];
    trackClosed: [consumerId: string];
    trackPaused: [consumerId: string, paused: boolean];
    sendsChanged: [];
    closed: [];
  }>;
  /**
   * Sets whose tracks the participant receives, now and in the future. The others' tracks are
   * closed before this method returns; it resolves when the new ones are available. A track that
   * the participant can't decode is left out.
   */
  receiveFrom(reception: Reception): Promise<void>;
  /**
   * Adds a track and resolves with the producer's id.
   * @throws {DomainError} `conflict` if the participant already sends this source; `bad_request` if
   *   the source requires a different kind
   */
  produce(track: {
    source: StageSource;
    kind: MediaKind;
    rtpParameters: RtpParameters;
    paused: boolean;
  }): Promise<string>;
  /**
   * Returns the source of one of the participant's tracks.
   * @throws {DomainError} `not_found`
   */
  sourceOf(producerId: string): StageSource;
  /** Pauses or resumes a source; does nothing if the participant doesn't send it. */
  setPaused(source: StageSource, paused: boolean): Promise<void>;
  /** Closes a source's track, if there is one. */
  unproduce(source: StageSource): void;
  /** Starts received tracks. @throws {DomainError} `consumer_not_found` */
  resume(consumerIds: readonly string[]): Promise<void>;
  /**
   * Limits a received track to a simulcast layer and those below it.
   * @throws {DomainError} `consumer_not_found`
   */
  preferLayer(consumerId: string, layer: number): Promise<void>;
  /** Taps the camera and microphone that the participant sends, now and in the future. */
  tap(): Promise<MediaTap>;
  close(): void;
}
