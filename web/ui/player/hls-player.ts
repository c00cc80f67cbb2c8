import type { ReadonlySignal } from '@preact/signals';
import type { ReceiveStats } from '../../client/receive-stats.js';

/** The position of an HLS player on the server's clock, milliseconds since 1970. */
export interface HlsTimeline {
  /** The earliest position. */
  startMs: number;
  /** The live position. */
  liveMs: number;
  positionMs: number;
}

/** The layers listed in a broadcast's playlist; 0 is the lowest. */
export interface HlsLayers {
  count: number;
  current: number | null;
  heights: ReadonlyMap<number, number>;
}

/** An HLS player for a `<video>`: hls.js, or the browser itself. */
export interface HlsPlayer {
  readonly timeline: ReadonlySignal<HlsTimeline | null>;
  readonly layers: ReadonlySignal<HlsLayers>;
  readonly stats: ReadonlySignal<ReceiveStats | null>;
  /** It is seeking to its start position: what it shows until then does not count. */
  readonly arriving: boolean;
  /** Continues from a server time, or from the nearest available one. */
  seek(serverMs: number): void;
  goLive(): void;
  /** Pins the video to a layer; null lets the bandwidth decide. */
  pinLayer(layer: number | null): void;
  /** Closes it and leaves the element empty. */
  close(): void;
}

/** What an HLS player needs. */
export interface HlsPlayerOptions {
  video: HTMLVideoElement;
  url: () => string;
  /** The server time to start at; null for live. */
  fromMs: number | null;
  pinned: number | null;
  /** The server's current time; null while unknown. */
  serverNow: () => number | null;
  /** Whether the viewer has rewound: then it must not catch up to live. */
  isBehind: () => boolean;
  /** Whether the server is reachable: without a connection, failures do not count. */
  isOnline: () => boolean;
  /** The element is about to lose its frame for a moment. */
  onEmptying: () => void;
  /** The server refused it. */
  onRefused: () => void;
  /** Playback fails after several attempts; it keeps trying. */
  onFailed: () => void;
}

export const NO_LAYERS: HlsLayers = { count: 1, current: null, heights: new Map() };
