import type { PackageState } from '../../broadcast/ports/packaging.js';
import type { Run } from '../run/run.js';
import type { Picture } from '../thumbnail/thumbnail.js';

/** Nest's injection token for the {@link HlsSource}. */
export const HLS_SOURCE = Symbol('HlsSource');

/** The resources of a live channel that are served over HTTP. */
export type HlsChannel = Readonly<{
  /** The newest run; null before the first run. */
  run: Run | null;
  /** Earlier runs, whose playlists have ended but can still be played to the end. */
  earlier?: readonly Run[];
  state: PackageState;
  /** The newest thumbnail; null before the first one. */
  thumbnail: Picture | null;
}>;

/** The memory, disk space and requests of all broadcasts together. */
export type HlsUsage = Readonly<{
  /** The size of segments and parts in memory. */
  memoryBytes: number;
  /** The size of segments on disk. */
  diskBytes: number;
  /** The number of requests waiting for media that is not available yet. */
  waiting: number;
}>;

/** Looks up the resources that requests name. */
export interface HlsSource {
  readonly usage: HlsUsage;
  /** Returns a channel by name; undefined if it is not live or does not exist. */
  find(channel: string): HlsChannel | undefined;
}
