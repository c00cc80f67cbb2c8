import { Maximize, Minimize, PictureInPicture2, Proportions, RectangleHorizontal } from 'lucide';
import { IconButton } from '../components/icon-button.js';
import { inFullScreen } from './full-screen.js';
import type { Playback } from './playback.js';

export interface Theatre {
  on: boolean;
  toggle: () => void;
}

export interface ScreenButtonsProps {
  playback: Playback;
  theatre: Theatre | undefined;
  onFullScreen: () => void;
}

/** Buttons for picture-in-picture, theater mode and full screen. */
export function ScreenButtons({ playback, theatre, onFullScreen }: ScreenButtonsProps) {
  const full = inFullScreen.value;
  const small = playback.inPictureInPicture.value;
  return (
    <>
      {playback.canPictureInPicture && (
        <span class="controls-small">
          <IconButton
            icon={PictureInPicture2}
            label={small ? 'Exit picture-in-picture' : 'Picture-in-picture'}
            shortcut="P"
            align="end"
            onClick={() => playback.togglePictureInPicture()}
          />
        </span>
      )}
      {theatre && !full && (
        <span class="controls-theatre">
          <IconButton
            icon={theatre.on ? Proportions : RectangleHorizontal}
            label={theatre.on ? 'Exit theater mode' : 'Theater mode'}
            shortcut="T"
            align="end"
            onClick={theatre.toggle}
          />
        </span>
      )}
      <IconButton
        icon={full ? Minimize : Maximize}
        label={full ? 'Exit full screen' : 'Full screen'}
        shortcut="F"
        align="end"
        onClick={onFullScreen}
      />
    </>
  );
}
