import type { HlsState, WebRtcState } from '../../src/protocol/broadcast.js';

/**
 * The ways in which video can reach the viewer. `native`: the browser itself plays HLS. `shared`:
 * HLS with its ordinary latency, whose segments viewers send to each other.
 */
export type Way = 'webrtc' | 'hls' | 'native' | 'shared';

/** The ways that the page may use. */
export type LadderRules = {
  /** The only way allowed; null to allow any way that works. */
  pinned: Way | null;
  /** The ways that the browser supports. */
  can: Readonly<Record<Way, boolean>>;
};

/** `off` means that there is no broadcast. */
export type BroadcastPhase = 'off' | 'starting' | 'live' | 'interrupted';

/** A WebRTC connection, from the moment it is requested. */
export type Attempt = {
  sinceMs: number;
  /** The times at which media was first and last observed flowing. */
  firstMovedMs: number | null;
  movedMs: number | null;
};

/** The state of the ladder. It is created by {@link standOn} and changed only by {@link step}. */
export type Ladder = {
  readonly rules: LadderRules;
  readonly phase: BroadcastPhase;
  readonly hls: HlsState;
  /** Whether browsers in general can show the broadcast's video over WebRTC. */
  readonly webrtc: WebRtcState;
  /** The way that delivers the picture. */
  readonly way: Way;
  /** The WebRTC connection that shows the picture, or is being tried while HLS shows it. */
  readonly attempt: Attempt | null;
  /** The number of consecutive times that WebRTC has failed or been abandoned. */
  readonly failures: number;
  /** The time at which WebRTC is retried; null if there is no fixed time. */
  readonly retryMs: number | null;
  /** Whether this browser can't receive the broadcast's codec over WebRTC. */
  readonly refused: boolean;
  /** Whether hls.js has given up on this broadcast, and native HLS can be used instead. */
  readonly skipsHlsJs: boolean;
  /** Whether the viewer is behind the live edge. */
  readonly behind: boolean;
  /**
   * The time from which the publisher's media has been expected without interruption; null if it
   * isn't expected.
   */
  readonly flowingMs: number | null;
};

/** An event. `nowMs` is the time on any monotonic clock. */
export type LadderEvent = { nowMs: number } &
  /**
   * `shares`: whether a viewer who arrives now shares. It applies only when the viewer starts
   * watching.
   */
  (
    | {
        name: 'broadcast';
        phase: BroadcastPhase;
        hls: HlsState | null;
        webrtc?: WebRtcState | null;
        isNew: boolean;
        shares?: boolean;
      }
    /** The viewer has chosen to share, or no longer wants to or is no longer allowed to. */
    | { name: 'sharing-chosen'; shares: boolean }
    /**
     * An observation of the connection. `expected` says whether the server sends video on it, or
     * audio if there is nothing else.
     */
    | { name: 'webrtc-seen'; moved: boolean; expected: boolean }
    /**
     * The WebRTC connection is being replaced, because the server closed the transport or the page
     * lost its socket.
     */
    | { name: 'webrtc-renewed' }
    /** ICE or DTLS failed, or the server did not create the transport. */
    | { name: 'webrtc-failed' }
    /** The browser cannot receive the codec. */
    | { name: 'webrtc-refused' }
    /** The player has failed to play the HLS stream several times in a row. */
    | { name: 'hls-failed' }
    | { name: 'network-changed' }
    | { name: 'rewound' }
    | { name: 'went-live' }
    | { name: 'woke' }
  );

/** The actions that a state requires. */
export type Plan = {
  way: Way;
  /** Whether a WebRTC connection is wanted. */
  webrtc: boolean;
  /** Whether HLS should play. */
  hls: boolean;
  /** The time at which to send `woke`; null if it isn't needed. */
  wakeMs: number | null;
};

/** Returns the initial state, before anything is known about the broadcast. */
export function standOn(rules: LadderRules): Ladder {
  return {
    rules,
    phase: 'off',
    hls: 'preparing',
    webrtc: 'ready',
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

/** Returns whether rewinding is possible: HLS exists and is allowed. */
export function canRewind(ladder: Ladder): boolean {
  return ladder.phase !== 'off' && ladder.hls === 'ready' && hlsWay(ladder) !== null;
}

/** Returns whether WebRTC is impossible for this broadcast, now and later. */
export function lacksWebRtc({ rules, refused }: Ladder): boolean {
  return refused || !mayUse(rules, 'webrtc');
}

/**
 * Returns whether WebRTC would show only some of the frames, and HLS can show all of them. If HLS
 * isn't possible, some frames are better than none.
 */
export function avoidsWebRtc(ladder: Ladder): boolean {
  return ladder.webrtc === 'unavailable' && mayLeave(ladder);
}

/** Returns whether HLS is impossible for this broadcast, now and later. */
export function lacksHls(ladder: Ladder): boolean {
  return ladder.hls === 'unavailable' || hlsWay(ladder) === null;
}

/** Returns whether no media arrives over WebRTC and there is no alternative. */
export function isStuck(ladder: Ladder): boolean {
  const { phase, way, failures, attempt } = ladder;
  const waits = phase === 'live' && way === 'webrtc' && failures > 0;
  return waits && lacksHls(ladder) && (attempt === null || attempt.movedMs === null);
}

/** Returns whether HLS is available as an alternative. */
export function mayLeave(ladder: Ladder): boolean {
  return ladder.hls === 'ready' && hlsWay(ladder) !== null;
}

/** Returns the kind of HLS to use, or null if none is allowed. */
export function hlsWay({ rules, skipsHlsJs, way }: Ladder): Way | null {
  if (way === 'shared') return way;
  if (mayUse(rules, 'hls') && !skipsHlsJs) return 'hls';
  return mayUse(rules, 'native') ? 'native' : null;
}

/** Returns whether the page allows this way and the browser supports it. */
export function mayUse({ pinned, can }: LadderRules, way: Way): boolean {
  // A page can request HLS in general; the browser determines whether hls.js or native HLS plays
  // it.
  const isAsked = pinned === null || pinned === way || (pinned === 'hls' && way === 'native');
  return can[way] && isAsked;
}

function firstWay(rules: LadderRules): Way {
  const ways = ['webrtc', 'hls', 'native'] as const;
  return ways.find((way) => mayUse(rules, way)) ?? rules.pinned ?? 'webrtc';
}
