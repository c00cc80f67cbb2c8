import {
  Maximize,
  Minimize,
  Pause,
  PictureInPicture2,
  Play,
  Proportions,
  RectangleHorizontal,
} from 'lucide';
import type { Viewer } from '../../client/viewer.js';
import { IconButton } from '../components/icon-button.js';
import { inFullScreen } from './full-screen.js';
import { LivePill } from './live-pill.js';
import type { Playback } from './playback.js';
import { QualityMenu } from './quality-menu.js';
import { Volume } from './volume.js';
import './controls.css';

export interface Theatre {
  on: boolean;
  toggle: () => void;
}

export interface ControlsProps {
  viewer: Viewer;
  playback: Playback;
  theatre: Theatre | undefined;
  onFullScreen: () => void;
}

/** The bar at the foot of the picture. */
export function Controls({ viewer, playback, theatre, onFullScreen }: ControlsProps) {
  const paused = playback.paused.value;
  const full = inFullScreen.value;
  const small = playback.inPictureInPicture.value;
  return (
    <div class="controls" role="group" aria-label="Player controls">
      <IconButton
        icon={paused ? Play : Pause}
        label={paused ? 'Play' : 'Pause'}
        shortcut="K"
        align="start"
        onClick={() => playback.togglePlay()}
      />
      <Volume playback={playback} />
      <LivePill live={playback.atLiveEdge.value} onGoLive={() => playback.goLive()} />
      <span class="controls-space" />
      <QualityMenu viewer={viewer} />
      {playback.canPictureInPicture && (
        <IconButton
          icon={PictureInPicture2}
          label={small ? 'Leave picture-in-picture' : 'Picture-in-picture'}
          shortcut="P"
          align="end"
          onClick={() => playback.togglePictureInPicture()}
        />
      )}
      {theatre && !full && (
        <span class="controls-theatre">
          <IconButton
            icon={theatre.on ? Proportions : RectangleHorizontal}
            label={theatre.on ? 'Leave theatre mode' : 'Theatre mode'}
            shortcut="T"
            align="end"
            onClick={theatre.toggle}
          />
        </span>
      )}
      <IconButton
        icon={full ? Minimize : Maximize}
        label={full ? 'Leave full screen' : 'Full screen'}
        shortcut="F"
        align="end"
        onClick={onFullScreen}
      />
    </div>
  );
}
