import type { HlsState } from '../../src/protocol/broadcast.js';

/** How a picture reaches the viewer, the best first: `native` is HLS that the browser plays by itself. */
export type Way = 'webrtc' | 'hls' | 'native';

/** What the page may use. */
export type LadderRules = {
  /** The only way that may be used; null: whichever works. */
  pinned: Way | null;
  /** What the browser has. */
  can: Readonly<Record<Way, boolean>>;
};

/** `off`: nothing is on. */
export type BroadcastPhase = 'off' | 'starting' | 'live' | 'interrupted';

/** One WebRTC connection, from the moment when it is asked for. */
export type Attempt = {
  sinceMs: number;
  /** When media was first and last seen to flow. */
  firstMovedMs: number | null;
  movedMs: number | null;
};

/** Where the viewer stands. Made by {@link standOn}, changed by {@link step} only. */
export type Ladder = {
  readonly rules: LadderRules;
  readonly phase: BroadcastPhase;
  readonly hls: HlsState;
  /** The way that the picture comes by. */
  readonly way: Way;
  /** The WebRTC connection that shows the picture, or that is tried while HLS shows it. */
  readonly attempt: Attempt | null;
  /** How often in a row WebRTC was left or tried in vain. */
  readonly failures: number;
  /** When WebRTC is tried again; null: not by time. */
  readonly retryMs: number | null;
  /** The broadcast's codec can't be received over WebRTC here. */
  readonly refused: boolean;
  /** hls.js gave up on this broadcast, and the browser has HLS of its own. */
  readonly skipsHlsJs: boolean;
  /** Somebody watches what was, not what is. */
  readonly behind: boolean;
  /** Since when the publisher's media can be expected without a break; null: it can't be. */
  readonly flowingMs: number | null;
};

/** What happened; `nowMs` is of any clock that only goes forward. */
export type LadderEvent = { nowMs: number } & (
  | { name: 'broadcast'; phase: BroadcastPhase; hls: HlsState | null; isNew: boolean }
  /** A look at the connection. `expected`: the server sends video on it, or sound where there is only that. */
  | { name: 'webrtc-seen'; moved: boolean; expected: boolean }
  /** The connection is made anew: the server closed the transport, or lost the page. */
  | { name: 'webrtc-renewed' }
  /** ICE or DTLS failed, or the server did not make the transport. */
  | { name: 'webrtc-failed' }
  /** The codec can't be received. */
  | { name: 'webrtc-refused' }
  /** The player can't play the HLS, after all that it could try by itself. */
  | { name: 'hls-failed' }
  | { name: 'network-changed' }
  | { name: 'rewound' }
  | { name: 'went-live' }
  | { name: 'woke' }
);

/** What is to be so, now. */
export type Plan = {
  way: Way;
  /** Whether there is to be a WebRTC connection. */
  webrtc: boolean;
  /** Whether HLS is to play. */
  hls: boolean;
  /** When to send `woke`; null: never. */
  wakeMs: number | null;
};

/** The start, before anything is known of the broadcast. */
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

/** Whether one can go back in time: HLS is there and may be used. */
export function canRewind(ladder: Ladder): boolean {
  return ladder.phase !== 'off' && ladder.hls === 'ready' && hlsWay(ladder) !== null;
}

/** Whether WebRTC can't be had for this broadcast, now or by waiting. */
export function lacksWebRtc({ rules, refused }: Ladder): boolean {
  return refused || !mayUse(rules, 'webrtc');
}

/** Whether HLS can't be had for this broadcast, now or by waiting. */
export function lacksHls(ladder: Ladder): boolean {
  return ladder.hls === 'unavailable' || hlsWay(ladder) === null;
}

/** Whether WebRTC does not come through, and there's nothing to go to. */
export function isStuck(ladder: Ladder): boolean {
  const { phase, way, failures, attempt } = ladder;
  const waits = phase === 'live' && way === 'webrtc' && failures > 0;
  return waits && lacksHls(ladder) && (attempt === null || attempt.movedMs === null);
}

/** Whether there is HLS to go to. */
export function mayLeave(ladder: Ladder): boolean {
  return ladder.hls === 'ready' && hlsWay(ladder) !== null;
}

/** The kind of HLS to use; null: none may be. */
export function hlsWay({ rules, skipsHlsJs }: Ladder): Way | null {
  if (mayUse(rules, 'hls') && !skipsHlsJs) return 'hls';
  return mayUse(rules, 'native') ? 'native' : null;
}

/** Whether the page may watch this way. */
export function mayUse({ pinned, can }: LadderRules, way: Way): boolean {
  // HLS is asked for by one name; which of the two plays it is the browser's matter.
  const isAsked = pinned === null || pinned === way || (pinned === 'hls' && way === 'native');
  return can[way] && isAsked;
}

function firstWay(rules: LadderRules): Way {
  const ways = ['webrtc', 'hls', 'native'] as const;
  return ways.find((way) => mayUse(rules, way)) ?? rules.pinned ?? 'webrtc';
}
