import { Pause, Play, Repeat, RotateCcw } from 'lucide';
import { IconButton } from '../components/icon-button.js';
import { clockTime } from '../format/duration.js';
import { QualityMenu } from '../player/quality-menu.js';
import { ScreenButtons, type Theatre } from '../player/screen-buttons.js';
import { Volume } from '../player/volume.js';
import type { Chapter } from './chapters.js';
import type { Preview } from './previews.js';
import { SpeedMenu } from './speed-menu.js';
import type { Vod } from './vod.js';
import { VodSeekBar } from './vod-seek-bar.js';
import '../player/controls.css';
import './recording-controls.css';

export interface RecordingControlsProps {
  vod: Vod;
  chapters: readonly Chapter[];
  previews: readonly Preview[];
  theatre: Theatre | undefined;
  /** Whether to show a loop button. */
  loopable: boolean;
  onFullScreen: () => void;
}

/** The control bar at the bottom of the video. */
export function RecordingControls(props: RecordingControlsProps) {
  const { vod, chapters, previews, theatre, loopable, onFullScreen } = props;
  const { playback } = vod;
  const paused = playback.paused.value;
  const ended = vod.ended.value;
  const positionMs = vod.positionMs.value;
  const durationMs = vod.durationMs.value;
  return (
    <div role="group" aria-label="Player controls">
      <VodSeekBar
        positionMs={positionMs}
        durationMs={durationMs}
        chapters={chapters}
        previews={previews}
        onSeek={(toMs) => vod.seek(toMs)}
      />
      <div class="controls">
        <IconButton
          icon={ended ? RotateCcw : paused ? Play : Pause}
          label={ended ? 'Play again' : paused ? 'Play' : 'Pause'}
          shortcut="K"
          align="start"
          onClick={() => vod.togglePlay()}
        />
        <Volume playback={playback} />
        <span class="recording-time figures">
          <span class="visually-hidden">At </span>
          {clockTime(positionMs)}
          <span aria-hidden="true"> / </span>
          <span class="visually-hidden"> of </span>
          {clockTime(durationMs)}
        </span>
        <span class="controls-space" />
        {loopable && (
          <IconButton
            icon={Repeat}
            label="Loop"
            pressed={vod.loops.value}
            align="end"
            onClick={() => (vod.loops.value = !vod.loops.value)}
          />
        )}
        <SpeedMenu vod={vod} />
        <QualityMenu viewer={vod} playback={playback} />
        <ScreenButtons playback={playback} theatre={theatre} onFullScreen={onFullScreen} />
      </div>
    </div>
  );
}
