import type { ComponentChildren } from 'preact';
import { Pause, Play } from 'lucide';
import type { Viewer } from '../../client/viewer.js';
import { IconButton } from '../components/icon-button.js';
import { clockTime } from '../format/duration.js';
import { LivePill } from './live-pill.js';
import type { HlsTimeline } from './hls-player.js';
import type { Playback } from './playback.js';
import { QualityMenu } from './quality-menu.js';
import { ScreenButtons, type Theatre } from './screen-buttons.js';
import { sharingItems } from './sharing-items.js';
import { SeekBar } from './seek-bar.js';
import { Volume } from './volume.js';
import './controls.css';

export interface ControlsProps {
  viewer: Viewer;
  playback: Playback;
  /** The range within which viewers can seek; null if there is none. */
  timeline: HlsTimeline | null;
  /** Whether playback is at the live edge. */
  live: boolean;
  theatre: Theatre | undefined;
  /** An additional control. */
  more: ComponentChildren;
  onTogglePlay: () => void;
  onGoLive: () => void;
  onSeek: (serverMs: number) => void;
  onFullScreen: () => void;
}

/** The control bar at the bottom of the video. */
export function Controls(props: ControlsProps) {
  const { viewer, playback, timeline, live, theatre, onFullScreen } = props;
  const paused = playback.paused.value;
  return (
    <div role="group" aria-label="Player controls">
      {timeline && <SeekBar timeline={timeline} live={live} onSeek={props.onSeek} />}
      <div class="controls">
        <IconButton
          icon={paused ? Play : Pause}
          label={paused ? 'Play' : 'Pause'}
          shortcut="K"
          align="start"
          onClick={props.onTogglePlay}
        />
        <Volume playback={playback} />
        <LivePill live={live} onGoLive={props.onGoLive} />
        {timeline && !live && (
          <span class="controls-behind figures">
            <span class="visually-hidden">Behind live by</span>−
            {clockTime(timeline.liveMs - timeline.positionMs)}
          </span>
        )}
        <span class="controls-space" />
        {props.more}
        <QualityMenu viewer={viewer} playback={playback} more={sharingItems(viewer)} />
        <ScreenButtons playback={playback} theatre={theatre} onFullScreen={onFullScreen} />
      </div>
    </div>
  );
}
