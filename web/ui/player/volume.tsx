import { Volume1, Volume2, VolumeX } from 'lucide';
import { IconButton } from '../components/icon-button.js';
import type { Playback } from './playback.js';
import './volume.css';

/** The mute button and the volume slider. */
export function Volume({ playback }: { playback: Playback }) {
  const muted = playback.muted.value;
  const volume = muted ? 0 : playback.volume.value;
  // The large unmute button replaces this one while the browser requires a gesture for audio.
  if (playback.refusal.value === 'sound') return null;
  return (
    <div class="volume">
      <IconButton
        icon={muted ? VolumeX : volume < 0.5 ? Volume1 : Volume2}
        label={muted ? 'Unmute' : 'Mute'}
        shortcut="M"
        onClick={() => playback.toggleMuted()}
      />
      <input
        class="slider volume-slider"
        type="range"
        min="0"
        max="100"
        step="5"
        aria-label="Volume"
        aria-valuetext={`${Math.round(volume * 100)}%`}
        value={Math.round(volume * 100)}
        style={{ '--fill': `${Math.round(volume * 100)}%` }}
        onInput={(event) => playback.setVolume(event.currentTarget.valueAsNumber / 100)}
      />
    </div>
  );
}
