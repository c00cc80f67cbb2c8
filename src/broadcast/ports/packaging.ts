import type { TypedEmitter } from '../../common/typed-emitter.js';
import type { MediaTap } from './media.js';

/** Nest's injection token for the {@link PackagingPort}. */
export const PACKAGING = Symbol('PackagingPort');

/** Makes broadcasts playable over HTTP. */
export interface PackagingPort {
  open(broadcast: { id: string; channel: string }): BroadcastPackage;
}

/**
 * `preparing`: nothing to play yet.
 * `ready`: playable, also while interrupted.
 * `unavailable`: cannot be packaged because its codec needs a program that is missing; WebRTC only.
 */
export type PackageState = 'preparing' | 'ready' | 'unavailable';

/** The HLS package of one broadcast. */
export interface BroadcastPackage {
  readonly state: PackageState;
  /** Path of the latest thumbnail, which changes with the picture; null if none exists. */
  readonly thumbnailPath: string | null;
  /** `changed`: {@link state} changed. */
  readonly events: TypedEmitter<{ changed: [] }>;
  /** Packages the tap's media from now on. Closes and replaces an earlier tap. */
  take(tap: MediaTap): void;
  /** Sets the offset to add to the publisher's clock to get the server's time, milliseconds. */
  setClockOffset(offsetMs: number): void;
  /**
   * Reports that the publisher is lost: finishes what was written; what follows is a discontinuity.
   */
  interrupt(): void;
  /** Whether {@link offerThumbnail} is the only source of thumbnails. */
  readonly wantsThumbnails: boolean;
  /** Accepts a thumbnail from the publisher's browser; ignores anything but a small JPEG. */
  offerThumbnail(jpeg: Uint8Array): void;
  /** Ends the playlists when the broadcast is over. */
  close(): void;
}
