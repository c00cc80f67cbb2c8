import { assertNever } from '../../src/protocol/assert-never.js';
import type { BroadcastView } from '../../src/protocol/broadcast.js';
import type { ChannelView } from '../../src/protocol/channel.js';
import { isStuck, type Ladder, lacksHls, lacksWebRtc, type Way } from './ladder-state.js';

export type WatchedChannel = Pick<
  ChannelView,
  'title' | 'owner' | 'broadcast' | 'viewers' | 'thumbnail' | 'lastLiveAt'
>;

/** The state that the watch page shows. */
export type ViewerState =
  | { name: 'connecting' }
  | { name: 'not-live' }
  | { name: 'starting' }
  /** The channel is live, but the viewer has not pressed Play yet. */
  | { name: 'held' }
  | { name: 'playing' }
  | { name: 'interrupted'; untilMs: number }
  | { name: 'ended'; broadcast: BroadcastView }
  | { name: 'gone' }
  | { name: 'failed'; message: string };

/** The source for a `<video>`. */
export type Source =
  | { way: 'webrtc'; stream: MediaStream }
  /**
   * `url` can return a URL with a new token each time. `fromMs` is the server time at which to
   * start; null for the live edge.
   */
  | { way: Exclude<Way, 'webrtc'>; url: () => string; fromMs: number | null };

/** The facts from which the state is derived. */
export type ViewerFacts = {
  gone: boolean;
  held: boolean;
  broadcast: BroadcastView | null;
  /** The watched broadcast, if it has ended. */
  ended: BroadcastView | null;
  ladder: Ladder;
  hasSource: boolean;
  /** The reason why joining keeps failing; null if it doesn't. */
  failure: string | null;
};

/** Derives the state from the facts. This is a pure function. */
export function viewerState(facts: ViewerFacts): ViewerState {
  const { broadcast, ended } = facts;
  if (facts.gone) return { name: 'gone' };
  if (broadcast === null || broadcast.state === 'ended')
    return ended ? { name: 'ended', broadcast: ended } : { name: 'not-live' };
  if (broadcast.state === 'interrupted')
    return { name: 'interrupted', untilMs: Date.parse(broadcast.interruptedUntil ?? '') };
  if (broadcast.state === 'starting') return { name: 'starting' };
  if (facts.held) return { name: 'held' };
  const message = facts.failure ?? whyNot(facts.ladder);
  if (message !== null) return { name: 'failed', message };
  return facts.hasSource ? { name: 'playing' } : { name: 'connecting' };
}

/**
 * Returns a sentence that says why the broadcast can't be watched in this browser and what to do
 * about it, or null if it can be watched now or perhaps soon.
 */
function whyNot(ladder: Ladder): string | null {
  const { rules, refused } = ladder;
  if (isStuck(ladder))
    return 'This network blocks WebRTC. Try another network, or ask its administrator to allow WebRTC.';
  if (!lacksWebRtc(ladder) || !lacksHls(ladder)) return null;
  if (rules.pinned === 'webrtc' && !refused)
    return 'This browser can’t use WebRTC. Try Chrome, Edge, Firefox or Safari.';
  if (rules.pinned !== null && rules.pinned !== 'webrtc')
    return ladder.hls === 'unavailable'
      ? 'This broadcast is available over WebRTC only. Remove ?mode from the address.'
      : 'This browser can’t play HLS. Try Chrome, Edge, Firefox or Safari.';
  return refused
    ? 'This browser can’t play the broadcaster’s video format. Try Chrome, Edge or Safari.'
    : 'This browser can’t play live video. Try Chrome, Edge, Firefox or Safari.';
}

/** Returns the display name of a way. */
export function wayName(way: Way): string {
  switch (way) {
    case 'webrtc':
      return 'WebRTC';
    case 'hls':
    case 'native':
      return 'HLS';
    case 'shared':
      return 'Shared';
    default:
      return assertNever(way);
  }
}
