import type { ReadonlySignal } from '@preact/signals';
import type { ReceiveStats } from '../../client/receive-stats.js';
import type { SharingSource } from './sharing/sharing-source.js';

/**
 * An HLS player's seekable range and position, in milliseconds since 1970 on the server's clock.
 */
export interface HlsTimeline {
  /** The earliest position. */
  startMs: number;
  /** The live position. */
  liveMs: number;
  positionMs: number;
}

/** The layers in a broadcast's playlist; 0 is the lowest. */
export interface HlsLayers {
  count: number;
  current: number | null;
  heights: ReadonlyMap<number, number>;
}

/** An HLS player for a `<video>`, which uses hls.js or the browser itself. */
export interface HlsPlayer {
  readonly layers: ReadonlySignal<HlsLayers>;
  readonly stats: ReadonlySignal<ReceiveStats | null>;
  /** Whether the player is still seeking. Frames shown in the meantime don't count. */
  readonly arriving: boolean;
  /**
   * Continues at a position, or at the nearest available one. Positions are in milliseconds of
   * server time, or from the beginning of a recording.
   */
  seek(positionMs: number): void;
  /** Pins the video to a layer; null to choose the layer by bandwidth. */
  pinLayer(layer: number | null): void;
  /** Closes the player and leaves the element empty. */
  close(): void;
}

/** An HLS player for a broadcast. */
export interface LiveHlsPlayer extends HlsPlayer {
  readonly timeline: ReadonlySignal<HlsTimeline | null>;
  goLive(): void;
}

/** The options of an HLS player. */
export interface HlsPlayerOptions {
  video: HTMLVideoElement;
  url: () => string;
  /** The position at which to start; null for live, or for the beginning of a recording. */
  fromMs: number | null;
  pinned: number | null;
  /** The viewers to share with, for a player that shares. */
  sharing?: SharingSource;
  /** The server's current time; null while unknown. */
  serverNow: () => number | null;
  /** Whether the viewer has rewound, in which case the player must not catch up to live. */
  isBehind: () => boolean;
  /** Whether the server is reachable. Otherwise, failures don't count. */
  isOnline: () => boolean;
  /** Called before the element loses its frame for a moment. */
  onEmptying: () => void;
  /**
   * Called when the server may no longer accept the URL, or on any failure of the browser's own
   * player, which gives no reason.
   */
  onRefused: () => void;
  /**
   * Called when playback has failed several times in a row. A broadcast's player keeps retrying; a
   * recording's may have stopped.
   */
  onFailed: () => void;
}

export const NO_LAYERS: HlsLayers = { count: 1, current: null, heights: new Map() };
