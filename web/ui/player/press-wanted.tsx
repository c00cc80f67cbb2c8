import { Play, VolumeX } from 'lucide';
import { Button } from '../components/button.js';
import type { Playback } from './playback.js';

/** The button that starts or unmutes playback if the browser requires a user gesture. */
export function PressWanted({ playback }: { playback: Playback }) {
  const refusal = playback.refusal.value;
  if (refusal === 'sound')
    return (
      <div class="player-unmute">
        <Button icon={VolumeX} size="l" onClick={() => playback.unmute()}>
          Unmute
        </Button>
      </div>
    );
  if (refusal === 'all')
    return (
      <div class="player-play">
        <Button icon={Play} size="l" variant="primary" onClick={() => playback.play()}>
          Play
        </Button>
      </div>
    );
  return null;
}
