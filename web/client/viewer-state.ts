import type { BroadcastView } from '../../src/protocol/broadcast.js';
import type { ChannelView } from '../../src/protocol/channel.js';
import { isStuck, type Ladder, lacksHls, lacksWebRtc, type Way } from './ladder-state.js';

export type WatchedChannel = Pick<
  ChannelView,
  'title' | 'owner' | 'broadcast' | 'viewers' | 'thumbnail' | 'lastLiveAt'
>;

/** What the watch page shows. */
export type ViewerState =
  | { name: 'connecting' }
  | { name: 'not-live' }
  | { name: 'starting' }
  /** On, and nobody has pressed play yet. */
  | { name: 'held' }
  | { name: 'playing' }
  | { name: 'interrupted'; untilMs: number }
  | { name: 'ended'; broadcast: BroadcastView }
  | { name: 'gone' }
  | { name: 'failed'; message: string };

/** What a `<video>` should play. */
export type Source =
  | { way: 'webrtc'; stream: MediaStream }
  /** `url` may have another token in it each time; `fromMs`: the server's time to start at, null: now. */
  | { way: 'hls' | 'native'; url: () => string; fromMs: number | null };

/** What is known where a state is to be told. */
export type ViewerFacts = {
  gone: boolean;
  held: boolean;
  broadcast: BroadcastView | null;
  /** The one that was watched, when it is over. */
  ended: BroadcastView | null;
  ladder: Ladder;
  hasSource: boolean;
  /** Why joining fails again and again. */
  failure: string | null;
};

/** The state that the facts make. Pure. */
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

/** Why a broadcast can't be watched here, and what to do; null: it can, or may yet. */
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

/** A way as people read it. */
export function wayName(way: Way): string {
  return way === 'webrtc' ? 'WebRTC' : 'HLS';
}
