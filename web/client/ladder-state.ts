import type { HlsState } from '../../src/protocol/broadcast.js';

/** How video reaches the viewer, best first. `native` is HLS played by the browser itself. */
export type Way = 'webrtc' | 'hls' | 'native';

/** What the page may use. */
export type LadderRules = {
  /** The only way allowed; null allows any that works. */
  pinned: Way | null;
  /** What the browser supports. */
  can: Readonly<Record<Way, boolean>>;
};

/** `off`: no broadcast. */
export type BroadcastPhase = 'off' | 'starting' | 'live' | 'interrupted';

/** One WebRTC connection, from the moment it is requested. */
export type Attempt = {
  sinceMs: number;
  /** When media was first and last observed flowing. */
  firstMovedMs: number | null;
  movedMs: number | null;
};

/** The viewer's position. Created by {@link standOn}, changed only by {@link step}. */
export type Ladder = {
  readonly rules: LadderRules;
  readonly phase: BroadcastPhase;
  readonly hls: HlsState;
  /** The way that delivers the picture. */
  readonly way: Way;
  /** The WebRTC connection that shows the picture, or is being tried while HLS shows it. */
  readonly attempt: Attempt | null;
  /** How often in a row WebRTC failed or was abandoned. */
  readonly failures: number;
  /** When WebRTC is retried; null: not by time. */
  readonly retryMs: number | null;
  /** This browser cannot receive the broadcast's codec over WebRTC. */
  readonly refused: boolean;
  /** hls.js gave up on this broadcast, and the browser has native HLS. */
  readonly skipsHlsJs: boolean;
  /** The viewer is behind the live edge. */
  readonly behind: boolean;
  /**
   * Since when the publisher's media has been expected without interruption; null: it is not
   * expected.
   */
  readonly flowingMs: number | null;
};

/** An event; `nowMs` is from any monotonic clock. */
export type LadderEvent = { nowMs: number } & (
  | { name: 'broadcast'; phase: BroadcastPhase; hls: HlsState | null; isNew: boolean }
  /**
   * An observation of the connection. `expected`: the server sends video on it, or audio if there
   * is nothing else.
   */
  | { name: 'webrtc-seen'; moved: boolean; expected: boolean }
  /** The connection is being replaced: the server closed the transport, or lost the page. */
  | { name: 'webrtc-renewed' }
  /** ICE or DTLS failed, or the server did not create the transport. */
  | { name: 'webrtc-failed' }
  /** The browser cannot receive the codec. */
  | { name: 'webrtc-refused' }
  /** The player cannot play the HLS, after all its own retries. */
  | { name: 'hls-failed' }
  | { name: 'network-changed' }
  | { name: 'rewound' }
  | { name: 'went-live' }
  | { name: 'woke' }
);

/** What should hold now. */
export type Plan = {
  way: Way;
  /** Whether there is to be a WebRTC connection. */
  webrtc: boolean;
  /** Whether HLS is to play. */
  hls: boolean;
  /** When to send `woke`; null means never. */
  wakeMs: number | null;
};

/** The initial state, before anything is known about the broadcast. */
export function standOn(rules: LadderRules): Ladder {
  return {
    rules,
    phase: 'off',
    hls: 'preparing',
    way: firstWay(rules),
    attempt: null,
    failures: 0,
    retryMs: null,
    refused: false,
    skipsHlsJs: false,
    behind: false,
    flowingMs: null,
  };
}

/** Whether rewinding is possible: HLS exists and is allowed. */
export function canRewind(ladder: Ladder): boolean {
  return ladder.phase !== 'off' && ladder.hls === 'ready' && hlsWay(ladder) !== null;
}

/** Whether WebRTC is impossible for this broadcast, now and later. */
export function lacksWebRtc({ rules, refused }: Ladder): boolean {
  return refused || !mayUse(rules, 'webrtc');
}

/** Whether HLS is impossible for this broadcast, now and later. */
export function lacksHls(ladder: Ladder): boolean {
  return ladder.hls === 'unavailable' || hlsWay(ladder) === null;
}

/** Whether WebRTC gets no media through and there is no alternative. */
export function isStuck(ladder: Ladder): boolean {
  const { phase, way, failures, attempt } = ladder;
  const waits = phase === 'live' && way === 'webrtc' && failures > 0;
  return waits && lacksHls(ladder) && (attempt === null || attempt.movedMs === null);
}

/** Whether HLS is available as an alternative. */
export function mayLeave(ladder: Ladder): boolean {
  return ladder.hls === 'ready' && hlsWay(ladder) !== null;
}

/** The kind of HLS to use; null if none is allowed. */
export function hlsWay({ rules, skipsHlsJs }: Ladder): Way | null {
  if (mayUse(rules, 'hls') && !skipsHlsJs) return 'hls';
  return mayUse(rules, 'native') ? 'native' : null;
}

/** Whether the page is allowed to use this way. */
export function mayUse({ pinned, can }: LadderRules, way: Way): boolean {
  // HLS is requested under one name; the browser decides which of the two plays it.
  const isAsked = pinned === null || pinned === way || (pinned === 'hls' && way === 'native');
  return can[way] && isAsked;
}

function firstWay(rules: LadderRules): Way {
  const ways = ['webrtc', 'hls', 'native'] as const;
  return ways.find((way) => mayUse(rules, way)) ?? rules.pinned ?? 'webrtc';
}
