import type { BroadcastView } from '../../src/protocol/broadcast.js';
import type { ChannelView } from '../../src/protocol/channel.js';
import { isStuck, type Ladder, lacksHls, lacksWebRtc, type Way } from './ladder-state.js';

export type WatchedChannel = Pick<
  ChannelView,
  'title' | 'owner' | 'broadcast' | 'viewers' | 'thumbnail' | 'lastLiveAt'
>;

/** The state shown by the watch page. */
export type ViewerState =
  | { name: 'connecting' }
  | { name: 'not-live' }
  | { name: 'starting' }
  /** Live, but play has not been pressed yet. */
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
   * `url` can contain a new token each time; `fromMs`: the server time to start at, or null for the
   * live edge.
   */
  | { way: 'hls' | 'native'; url: () => string; fromMs: number | null };

/** The facts from which a state follows. */
export type ViewerFacts = {
  gone: boolean;
  held: boolean;
  broadcast: BroadcastView | null;
  /** The watched broadcast, once it has ended. */
  ended: BroadcastView | null;
  ladder: Ladder;
  hasSource: boolean;
  /** Why joining keeps failing. */
  failure: string | null;
};

/** Derives the state from the facts. Pure. */
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
 * Why a broadcast cannot be watched here, and what to do about it; null if it can, or might soon.
 */
function whyNot(ladder: Ladder): string | null {
  const { rules, refused } = ladder;
  if (isStuck(ladder))
    return 'WebRTC does not come through this network. Try another network, or ask who runs it to let it pass.';
  if (!lacksWebRtc(ladder) || !lacksHls(ladder)) return null;
  if (rules.pinned === 'webrtc' && !refused) return 'This browser has no WebRTC.';
  if (rules.pinned === 'hls' || rules.pinned === 'native')
    return ladder.hls === 'unavailable'
      ? 'This broadcast can be watched over WebRTC only. Remove ?mode from the address.'
      : "This browser can't play HLS. Try Chrome, Edge, Firefox or Safari.";
  return refused
    ? "This browser can't play the broadcaster's video format. Try Chrome, Edge or Safari."
    : "This browser can't play live video. Try Chrome, Edge, Firefox or Safari.";
}

/** The display name of a way. */
export function wayName(way: Way): string {
  return way === 'webrtc' ? 'WebRTC' : 'HLS';
}
