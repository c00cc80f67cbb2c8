import type { LadderRules, Way } from '../../client/ladder-state.js';

/** Player options from the page's address. */
export interface PlayerOptions {
  /** The only path allowed; null to allow any path that works. */
  mode: Way | null;
  muted: boolean;
  autoplay: boolean;
}

const MODES = ['webrtc', 'hls', 'native', 'shared'] as const;

/** Parses `?mode=webrtc|hls|native|shared`, `?muted` and `?autoplay=0`. A flag without a value is on. */
export function readPlayerOptions(search: string): PlayerOptions {
  const asked = new URLSearchParams(search);
  const mode = asked.get('mode');
  return {
    mode: MODES.find((way) => way === mode) ?? null,
    muted: isOn(asked.get('muted'), false),
    autoplay: isOn(asked.get('autoplay'), true),
  };
}

/** Returns the ways that this browser supports, and the pinned one, if any. */
export function ladderRules(pinned: Way | null): LadderRules {
  const video = document.createElement('video');
  const hls = 'MediaSource' in globalThis || 'ManagedMediaSource' in globalThis;
  const webrtc = 'RTCPeerConnection' in globalThis;
  return {
    pinned,
    can: {
      webrtc,
      hls,
      // Segments from other viewers are checked with SubtleCrypto, which exists only in secure
      // contexts.
      shared: hls && webrtc && isSecureContext,
      native: video.canPlayType('application/vnd.apple.mpegurl') !== '',
    },
  };
}

function isOn(value: string | null, without: boolean): boolean {
  return value === null ? without : !['0', 'false', 'no', 'off'].includes(value.toLowerCase());
}
