import type { ComponentChildren } from 'preact';
import { useMemo, useRef, useState } from 'preact/hooks';
import { useSignalEffect, type ReadonlySignal } from '@preact/signals';
import type { Viewer } from '../../client/viewer.js';
import { wayName } from '../../client/viewer-state.js';
import { Spinner } from '../components/spinner.js';
import { useNow } from '../shell/now.js';
import { announcement } from './announcement.js';
import { Controls } from './controls.js';
import { DelayChip } from './delay-chip.js';
import { toggleFullScreen } from './full-screen.js';
import { LastFrame } from './last-frame.js';
import { PlayerFrame } from './player-frame.js';
import { PressWanted } from './press-wanted.js';
import { Rewinding } from './rewinding.js';
import type { Theatre } from './screen-buttons.js';
import { SharingNotice } from './sharing-notice.js';
import { ShortcutHelp } from './shortcut-help.js';
import { actionFor, type PlayerAction } from './shortcuts.js';
import { Stage } from './stage.js';
import { useIdle } from './use-idle.js';
import { useKeys } from './use-keys.js';
import { isOver, isShowing, useLastFrameShown, usePlayback } from './use-playback.js';
import './player.css';

/** The distance of a seek with the arrow keys, in milliseconds. */
const STEP_MS = 5_000;

export interface PlayerProps {
  viewer: Viewer;
  /** The channel's name in its address. */
  name: string;
  /** Whether the user owns the channel. */
  own: boolean;
  /** The connection status, for the "reconnecting" note. */
  connection: ReadonlySignal<'connecting' | 'online' | 'offline'>;
  /** How far back viewers can rewind, in milliseconds. */
  rewindMs: number;
  /** Whether to start muted, whatever volume the user chose before. */
  muted?: boolean;
  theatre?: Theatre;
  /** Content shown at the top left while the controls are visible. */
  corner?: ComponentChildren;
  /** Content rendered over the video and under the controls. */
  overlay?: ComponentChildren;
  /** An additional control. */
  control?: ComponentChildren;
}

/** The video with everything on top of it. */
export function Player(props: PlayerProps) {
  const { viewer, name, own, connection, theatre, corner, muted = false } = props;
  const root = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const playback = usePlayback(viewer, video, { connection, muted });
  const rewinding = useMemo(
    () => new Rewinding(viewer, playback, props.rewindMs),
    [viewer, playback, props.rewindMs],
  );
  const [helping, setHelping] = useState(false);
  const idle = useIdle(root);

  useSignalEffect(() => rewinding.noticeCatchingUp());
  const lastFrameShown = useLastFrameShown(viewer, playback);
  // The right end of the seek bar moves with time.
  useNow(1_000);

  function act(action: PlayerAction): void {
    const acts: Record<PlayerAction, () => void> = {
      'toggle-play': () => rewinding.togglePlay(),
      'toggle-muted': () => playback.toggleMuted(),
      'full-screen': fillScreen,
      theatre: () => theatre?.toggle(),
      'picture-in-picture': () => playback.togglePictureInPicture(),
      live: () => rewinding.goLive(),
      back: () => rewinding.skip(-STEP_MS),
      forward: () => rewinding.skip(STEP_MS),
      louder: () => playback.louder(),
      quieter: () => playback.quieter(),
      help: () => setHelping(true),
    };
    acts[action]();
  }
  function fillScreen(): void {
    if (root.current) toggleFullScreen(root.current);
  }
  useKeys(root, act, actionFor);

  const state = viewer.state.value;
  const stats = (playback.hls.value ?? viewer).stats.value;
  const live = !playback.paused.value && !viewer.behind.value;
  const switching = playback.frame.switching.value;
  const hasFrame = playback.frame.isThere.value;
  const hasLastFrame = playback.frame.wasThere.value;
  const showing = isShowing(state, hasLastFrame);
  const resting = idle && showing && !playback.paused.value;
  return (
    <PlayerFrame
      root={root}
      video={video}
      resting={resting}
      hidden={isOver(state)}
      onTogglePlay={() => rewinding.togglePlay()}
      onFullScreen={fillScreen}
    >
      <LastFrame playback={playback} shown={lastFrameShown} />
      <Stage
        state={state}
        channel={viewer.channel.value}
        name={name}
        hasFrame={hasFrame || switching}
        soundOnly={playback.soundOnly.value}
        hasLastFrame={hasLastFrame}
        own={own}
        onRetry={() => viewer.retry()}
        onStart={() => {
          viewer.start();
          playback.play();
        }}
      />
      {state.name === 'playing' && <PressWanted playback={playback} />}
      {connection.value === 'offline' && (
        <p class="player-offline">
          <Spinner size={14} />
          Offline. Reconnecting…
        </p>
      )}
      {showing && props.overlay}
      {showing && <SharingNotice viewer={viewer} />}
      {showing && (
        <>
          <div class="player-top">
            <div class="player-corner">{corner}</div>
            {stats && <DelayChip way={wayName(viewer.way.value)} stats={stats} />}
          </div>
          <div class="player-bottom">
            <Controls
              viewer={viewer}
              playback={playback}
              timeline={rewinding.timeline()}
              live={live}
              theatre={theatre}
              more={props.control}
              onTogglePlay={() => rewinding.togglePlay()}
              onGoLive={() => rewinding.goLive()}
              onSeek={(serverMs) => rewinding.seek(serverMs)}
              onFullScreen={fillScreen}
            />
          </div>
        </>
      )}
      <p class="visually-hidden" role="status">
        {connection.value === 'offline' ? 'Offline. Reconnecting.' : announcement(state)}
      </p>
      {helping && <ShortcutHelp onClose={() => setHelping(false)} />}
    </PlayerFrame>
  );
}
