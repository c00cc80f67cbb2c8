import type { ReadonlySignal } from '@preact/signals';
import type { ReceiveStats } from '../../client/receive-stats.js';

/** Where a player of HLS is, on the server's clock, milliseconds since 1970. */
export interface HlsTimeline {
  /** As far back as one can go. */
  startMs: number;
  /** Where it plays when it plays what happens now. */
  liveMs: number;
  positionMs: number;
}

/** The layers of a broadcast as its playlists have them; 0 is the lowest. */
export interface HlsLayers {
  count: number;
  current: number | null;
  heights: ReadonlyMap<number, number>;
}

/** Something that plays HLS in a `<video>`: hls.js, or the browser itself. */
export interface HlsPlayer {
  readonly timeline: ReadonlySignal<HlsTimeline | null>;
  readonly layers: ReadonlySignal<HlsLayers>;
  readonly stats: ReadonlySignal<ReceiveStats | null>;
  /** It is on its way to where it was to begin: what it shows until then is not that. */
  readonly arriving: boolean;
  /** Plays on from a time on the server's clock, or from the nearest there is. */
  seek(serverMs: number): void;
  goLive(): void;
  /** Holds the picture at a layer, or lets the bandwidth choose (null). */
  pinLayer(layer: number | null): void;
  /** Leaves the element empty. */
  close(): void;
}

/** What a player of HLS is made of. */
export interface HlsPlayerOptions {
  video: HTMLVideoElement;
  url: () => string;
  /** The server's time to start at; null: now. */
  fromMs: number | null;
  pinned: number | null;
  /** The server's time now; null while it isn't known. */
  serverNow: () => number | null;
  /** Whether somebody watches what was: then it is not to be hurried to what is. */
  isBehind: () => boolean;
  /** Whether there's a way to the server: without one, no failure counts. */
  isOnline: () => boolean;
  /** The element is about to lose its picture for a moment. */
  onEmptying: () => void;
  /** The server does not give it. */
  onRefused: () => void;
  /** It does not play, after several tries; it goes on trying. */
  onFailed: () => void;
}

export const NO_LAYERS: HlsLayers = { count: 1, current: null, heights: new Map() };
