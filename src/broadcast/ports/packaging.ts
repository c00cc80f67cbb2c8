import type { TypedEmitter } from '../../common/typed-emitter.js';
import type { MediaTap } from './media.js';

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
