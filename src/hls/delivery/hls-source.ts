import type { PackageState } from '../../broadcast/ports/packaging.js';
import type { Run } from '../run/run.js';
import type { Picture } from '../thumbnail/thumbnail.js';

/** Nest's injection token for the {@link HlsSource}. */
export const HLS_SOURCE = Symbol('HlsSource');

/** What a live channel has for HTTP. */
export type HlsChannel = Readonly<{
  /** The newest run; null: none yet. */
  run: Run | null;
  /** Runs before it whose playlists have ended, and can be played to their ends. */
  earlier?: readonly Run[];
  state: PackageState;
  /** Null: none yet. */
  thumbnail: Picture | null;
}>;

/** What all broadcasts together take. */
export type HlsUsage = Readonly<{
  /** Segments and parts in memory. */
  memoryBytes: number;
  /** Segments on the disk. */
  diskBytes: number;
  /** Requests that wait for media that is not there yet. */
  waiting: number;
}>;

/** Where requests find what they ask for. */
export interface HlsSource {
  readonly usage: HlsUsage;
  /** Undefined: the channel isn't live, or there is none of that name. */
  find(channel: string): HlsChannel | undefined;
}
