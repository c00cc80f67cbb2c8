import type { Listenable } from '../../common/typed-emitter.js';
import type { MediaTap } from './media.js';
import type { RecordedGuest } from './recording.js';
import type { SampleSource } from './samples.js';

/** Nest's injection token for the {@link PackagingPort}. */
export const PACKAGING = Symbol('PackagingPort');

/** Makes broadcasts playable over HTTP. */
export interface PackagingPort {
  /** @param broadcast.isContinued whether its beginning was packaged by another node */
  open(broadcast: { id: string; channel: string; isContinued?: boolean }): BroadcastPackage;
  /** Packages a guest's own media for the recording. It can't be played over HTTP. */
  openGuest(guest: RecordedGuest): BroadcastPackage;
}

/**
 * `preparing`: there is nothing to play yet. `ready`: the broadcast can be played, even while it is
 * interrupted. `unavailable`: the broadcast is available over WebRTC only, because packaging its
 * codec requires a program that isn't installed.
 */
export type PackageState = 'preparing' | 'ready' | 'unavailable';

/** The renditions that are transcoded from a publisher's video. */
export type Transcoding = Readonly<{
  /** The lower-resolution renditions that are being made, best first, such as `720p`. */
  made: readonly string[];
  obstacle: TranscodingObstacle | null;
}>;

/**
 * The reason why renditions are missing. `limit`: `max` other broadcasts are being transcoded.
 * `behind`: the machine is too slow for the renditions in `dropped`. `failing`: FFmpeg keeps
 * failing.
 */
export type TranscodingObstacle =
  | Readonly<{ type: 'limit'; max: number }>
  | Readonly<{ type: 'behind'; dropped: readonly string[] }>
  | Readonly<{ type: 'failing' }>;

/** The HLS package of one broadcast. */
export interface BroadcastPackage {
  readonly state: PackageState;
  /** The path of the latest thumbnail, which changes with each thumbnail; null if none exists. */
  readonly thumbnailPath: string | null;
  /** The packaged media, for components that send it elsewhere. */
  readonly samples: SampleSource;
  /**
   * Whether frames are decoded in a different order from the one in which they are shown, as with
   * B-frames. HLS players can show such video; browsers can't over WebRTC. False until this is
   * detected; then true until video without B-frames has arrived for a while.
   */
  readonly reorders: boolean;
  readonly transcoding: Transcoding;
  /** `changed`: {@link state} or {@link reorders} has changed. */
  readonly events: Listenable<{ changed: [] }>;
  /** Packages the tap's media from now on. Closes the previous tap, if any. */
  take(tap: MediaTap): void;
  /** Sets the offset from the publisher's clock to the server's, in milliseconds. */
  setClockOffset(offsetMs: number): void;
  /**
   * Reports the loss of the publisher: finishes the segments written so far, and starts a
   * discontinuity with the next ones.
   */
  interrupt(): void;
  /** Whether {@link offerThumbnail} is the only source of thumbnails. */
  readonly wantsThumbnails: boolean;
  /** Accepts a thumbnail from the publisher's browser. Ignores anything but a small JPEG. */
  offerThumbnail(jpeg: Uint8Array): void;
  /**
   * Ends the playlists, because the broadcast is over or continues on another node. Their media can
   * still be fetched for a while.
   */
  close(): void;
}
