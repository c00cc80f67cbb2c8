import { useState } from 'preact/hooks';
import { clockTime, wordyDuration } from '../format/duration.js';
import type { HlsTimeline } from './hls-player.js';
import './seek-bar.css';

export interface SeekBarProps {
  timeline: HlsTimeline;
  /** Whether playback is at the live edge. */
  live: boolean;
  /** Seeks to a server time in milliseconds. */
  onSeek: (serverMs: number) => void;
}

/** The seek bar for the range within which viewers can seek. Its right end is live. */
export function SeekBar({ timeline, live, onSeek }: SeekBarProps) {
  // While the user drags the handle, playback must not move it.
  const [dragged, setDragged] = useState<number | null>(null);
  const lengthS = Math.round((timeline.liveMs - timeline.startMs) / 1_000);
  const behindS = Math.max(0, (timeline.liveMs - timeline.positionMs) / 1_000);
  const value = dragged ?? (live ? 0 : -Math.min(lengthS, behindS));
  const atLive = value > -1;
  const fill = lengthS === 0 ? 100 : 100 * (1 + value / lengthS);
  return (
    <div class="seek-bar" style={{ '--fill': `${fill}%` }}>
      {dragged !== null && (
        <output class="seek-bar-time figures">
          {atLive ? 'Live' : `−${clockTime(-value * 1_000)}`}
        </output>
      )}
      <input
        class="slider seek-bar-slider"
        type="range"
        min={-lengthS}
        max="0"
        step="1"
        aria-label="Seek"
        aria-valuetext={atLive ? 'Live' : `${wordyDuration(-value * 1_000)} behind live`}
        value={value}
        onInput={(event) => setDragged(event.currentTarget.valueAsNumber)}
        onChange={(event) => {
          setDragged(null);
          onSeek(timeline.liveMs + event.currentTarget.valueAsNumber * 1_000);
        }}
        onBlur={() => setDragged(null)}
      />
    </div>
  );
}
