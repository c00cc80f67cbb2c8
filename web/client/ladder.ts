import { assertNever } from '../../src/protocol/assert-never.js';
import {
  type Attempt,
  avoidsWebRtc,
  canRewind,
  hlsWay,
  type Ladder,
  type LadderEvent,
  lacksWebRtc,
  mayLeave,
  mayUse,
  type Plan,
  standOn,
} from './ladder-state.js';

/** WebRTC is abandoned if there is no first frame within this time. */
export const FIRST_FRAME_MS = 4_000;
/** A picture that has not changed for this long counts as frozen. */
export const FREEZE_MS = 5_000;
/** WebRTC must deliver frames for this long before it replaces HLS. */
export const PROVEN_MS = 1_000;
/**
 * After media has flowed for this long, WebRTC counts as steady, and the next failure counts as the
 * first.
 */
export const STEADY_MS = 60_000;
/**
 * The delays before WebRTC is retried, by the number of consecutive failures; the last one repeats.
 */
export const RETRY_MS = [15_000, 30_000, 60_000, 120_000, 300_000] as const;
/** The delays to use instead if there is no other way to watch in the meantime. */
export const ONLY_WAY_RETRY_MS = [1_000, 2_000, 4_000, 8_000, 15_000] as const;

/** Returns the actions that a state requires. */
export function plan(ladder: Ladder): Plan {
  const { way, phase, hls } = ladder;
  const on = phase !== 'off';
  return {
    way,
    webrtc: on && ladder.attempt !== null,
    hls: on && way !== 'webrtc' && hls === 'ready',
    wakeMs: on ? wakeMs(ladder) : null,
  };
}

/** Returns the state after an event. This is a pure function. */
export function step(ladder: Ladder, event: LadderEvent): Ladder {
  return due(happened(ladder, event), event.nowMs);
}

function happened(ladder: Ladder, event: LadderEvent): Ladder {
  const { nowMs } = event;
  switch (event.name) {
    case 'broadcast':
      return broadcastChanged(ladder, event);
    case 'webrtc-seen':
      return seen(ladder, event);
    case 'webrtc-renewed':
      return renew(ladder, nowMs);
    case 'webrtc-failed':
      return ladder.attempt ? lose(ladder, nowMs) : ladder;
    case 'webrtc-refused':
      return { ...leave(ladder, nowMs), refused: true, retryMs: null };
    case 'hls-failed':
      return hlsFailed(ladder, nowMs);
    case 'network-changed':
      return ladder.attempt || lacksWebRtc(ladder)
        ? ladder
        : { ...ladder, failures: 0, retryMs: nowMs };
    case 'sharing-chosen':
      return event.shares ? share(ladder) : stopSharing(ladder, nowMs);
    case 'rewound':
      return rewind(ladder, nowMs);
    case 'went-live':
      return ladder.behind ? { ...ladder, behind: false } : ladder;
    case 'woke':
      return ladder;
    default:
      return assertNever(event);
  }
}

/** Applies the changes that are due at this time, independent of events. */
function due(ladder: Ladder, nowMs: number): Ladder {
  if (ladder.phase === 'off') return ladder;
  if (avoidsWebRtc(ladder) && (ladder.way === 'webrtc' || ladder.attempt))
    return { ...toHls(ladder, nowMs), attempt: null, retryMs: null };
  if (isOverdue(ladder, nowMs)) return due(lose(ladder, nowMs), nowMs);
  if (isLost(ladder) && mayLeave(ladder)) return toHls(ladder, nowMs);
  if (ladder.attempt === null && isTryDue(ladder, nowMs))
    return { ...ladder, attempt: freshAttempt(nowMs), retryMs: null };
  return ladder;
}

function broadcastChanged(
  ladder: Ladder,
  { phase, hls, webrtc, isNew, shares = false, nowMs }: Extract<LadderEvent, { name: 'broadcast' }>,
): Ladder {
  if (phase === 'off') return standOn(ladder.rules);
  const before = isNew ? standOn(ladder.rules) : ladder;
  const begins = before.phase === 'off';
  // A returning publisher may use a different codec.
  const returns = before.phase === 'interrupted' && phase === 'live';
  const flowingMs = phase === 'live' ? (before.flowingMs ?? nowMs) : null;
  const refused = before.refused && !returns;
  const known: Ladder = {
    ...before,
    phase,
    hls: hls ?? 'preparing',
    webrtc: webrtc ?? 'ready',
    flowingMs,
    refused,
  };
  const retries =
    begins || (before.refused && !refused) || (avoidsWebRtc(before) && !avoidsWebRtc(known));
  const next = retries && mayUse(known.rules, 'webrtc') ? { ...known, retryMs: nowMs } : known;
  // Viewers who are already watching aren't moved, because sharing would set them back by several
  // seconds.
  if (begins && shares) return share(next);
  // If HLS becomes unavailable, the viewer returns to WebRTC where the browser supports it.
  if (next.hls === 'unavailable' && next.way !== 'webrtc' && !lacksWebRtc(next))
    return { ...next, way: 'webrtc', behind: false, retryMs: nowMs };
  return next;
}

function seen(
  ladder: Ladder,
  { moved, expected, nowMs }: Extract<LadderEvent, { name: 'webrtc-seen' }>,
): Ladder {
  const { attempt } = ladder;
  if (!attempt) return ladder;
  if (!moved) {
    // Media that isn't sent can't arrive, so the deadline starts when it is sent again.
    const flowingMs = expected || ladder.flowingMs === null ? ladder.flowingMs : nowMs;
    return { ...ladder, flowingMs };
  }
  const firstMovedMs = attempt.firstMovedMs ?? nowMs;
  const next: Ladder = { ...ladder, attempt: { ...attempt, firstMovedMs, movedMs: nowMs } };
  if (ladder.way === 'webrtc')
    return nowMs - firstMovedMs >= STEADY_MS ? { ...next, failures: 0 } : next;
  const proven = nowMs - firstMovedMs >= PROVEN_MS;
  return proven ? { ...next, way: 'webrtc', retryMs: null } : next;
}

/**
 * Replaces the connection. If its picture was shown, the new connection again has {@link
 * FIRST_FRAME_MS} for its first frame. If it was only an attempt while HLS played, the attempt has
 * failed.
 */
function renew(ladder: Ladder, nowMs: number): Ladder {
  if (!ladder.attempt) return ladder;
  return ladder.way === 'webrtc'
    ? { ...ladder, attempt: freshAttempt(nowMs) }
    : leave(ladder, nowMs);
}

function hlsFailed(ladder: Ladder, nowMs: number): Ladder {
  const { rules, way } = ladder;
  if (way === 'webrtc') return ladder;
  if (way === 'shared') return stopSharing(ladder, nowMs);
  if (way === 'hls' && mayUse(rules, 'native'))
    return { ...ladder, way: 'native', skipsHlsJs: true };
  if (lacksWebRtc(ladder)) return ladder;
  return {
    ...ladder,
    way: 'webrtc',
    behind: false,
    attempt: ladder.attempt ?? freshAttempt(nowMs),
    retryMs: null,
  };
}

function share(ladder: Ladder): Ladder {
  const { way, phase, hls, rules } = ladder;
  const isPossible = phase !== 'off' && hls !== 'unavailable' && mayUse(rules, 'shared');
  if (way === 'shared' || !isPossible) return ladder;
  return { ...ladder, way: 'shared', behind: false, attempt: null, retryMs: null };
}

/** Returns to the first other way that is allowed, if any. */
function stopSharing(ladder: Ladder, nowMs: number): Ladder {
  const { way } = standOn(ladder.rules);
  if (ladder.way !== 'shared' || way === 'shared') return ladder;
  if (!lacksWebRtc(ladder)) return { ...ladder, way, behind: false, failures: 0, retryMs: nowMs };
  const other = hlsWay({ ...ladder, way });
  return other === null ? ladder : { ...ladder, way: other };
}

function rewind(ladder: Ladder, nowMs: number): Ladder {
  const way = hlsWay(ladder);
  if (!canRewind(ladder) || way === null) return ladder;
  return {
    ...ladder,
    way,
    behind: true,
    attempt: null,
    // If WebRTC was working, it is requested again as soon as the viewer returns to the live edge.
    retryMs: ladder.attempt ? nowMs : ladder.retryMs,
  };
}

/** Handles a connection that was lost or is useless. */
function lose(ladder: Ladder, nowMs: number): Ladder {
  if (ladder.way !== 'webrtc') return leave(ladder, nowMs);
  // While the publisher is interrupted, a lost connection is no reason to switch.
  if (ladder.phase !== 'live')
    return { ...ladder, attempt: null, retryMs: nowMs + ONLY_WAY_RETRY_MS[0] };
  return leave(ladder, nowMs);
}

function leave(ladder: Ladder, nowMs: number): Ladder {
  const failures = ladder.failures + 1;
  const left: Ladder = { ...ladder, attempt: null, failures };
  if (left.way !== 'webrtc') return { ...left, retryMs: nowMs + delayAfter(failures, RETRY_MS) };
  if (mayLeave(left)) return toHls(left, nowMs);
  return { ...left, retryMs: nowMs + delayAfter(failures, ONLY_WAY_RETRY_MS) };
}

function toHls(ladder: Ladder, nowMs: number): Ladder {
  const way = hlsWay(ladder);
  if (way === null) return ladder;
  const retryMs = ladder.refused ? null : nowMs + delayAfter(ladder.failures, RETRY_MS);
  return { ...ladder, way, retryMs };
}

/** Returns whether WebRTC failed and no attempt is in progress. */
function isLost({ way, attempt, failures, phase }: Ladder): boolean {
  return way === 'webrtc' && attempt === null && failures > 0 && phase === 'live';
}

function isOverdue(ladder: Ladder, nowMs: number): boolean {
  const atMs = deadlineMs(ladder);
  return atMs !== null && nowMs >= atMs;
}

/**
 * Returns the time at which the connection is abandoned unless media arrives; null if it never is.
 */
function deadlineMs(ladder: Ladder): number | null {
  const { attempt, flowingMs, way } = ladder;
  if (!attempt || flowingMs === null) return null;
  // There is no alternative, and a late picture is better than none.
  if (way === 'webrtc' && !mayLeave(ladder)) return null;
  return attempt.movedMs === null
    ? Math.max(attempt.sinceMs, flowingMs) + FIRST_FRAME_MS
    : Math.max(attempt.movedMs, flowingMs) + FREEZE_MS;
}

function isTryDue(ladder: Ladder, nowMs: number): boolean {
  const { retryMs } = ladder;
  return mayTry(ladder) && retryMs !== null && nowMs >= retryMs;
}

/**
 * Returns whether WebRTC may be tried while HLS plays: only while there is something to see and the
 * viewer is at the live edge.
 */
function mayTry(ladder: Ladder): boolean {
  if (lacksWebRtc(ladder) || avoidsWebRtc(ladder) || ladder.way === 'shared') return false;
  return ladder.way === 'webrtc' || (ladder.phase === 'live' && !ladder.behind);
}

function wakeMs(ladder: Ladder): number | null {
  if (ladder.attempt) return deadlineMs(ladder);
  return mayTry(ladder) ? ladder.retryMs : null;
}

function freshAttempt(nowMs: number): Attempt {
  return { sinceMs: nowMs, firstMovedMs: null, movedMs: null };
}

function delayAfter(failures: number, delaysMs: readonly number[]): number {
  return delaysMs[Math.min(failures, delaysMs.length) - 1] ?? 0;
}
