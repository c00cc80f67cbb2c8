import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useComputed, useSignalEffect, type ReadonlySignal } from '@preact/signals';
import { Play, VolumeX } from 'lucide';
import type { Viewer } from '../../client/viewer.js';
import { type ViewerState, wayName } from '../../client/viewer-state.js';
import { Button } from '../components/button.js';
import { Spinner } from '../components/spinner.js';
import { useNow } from '../shell/now.js';
import { announcement } from './announcement.js';
import { Controls, type Theatre } from './controls.js';
import { DelayChip } from './delay-chip.js';
import { toggleFullScreen } from './full-screen.js';
import { LastFrame } from './last-frame.js';
import { Playback } from './playback.js';
import { NEAR_MS, rewindWindow } from './rewind-window.js';
import { ShortcutHelp } from './shortcut-help.js';
import { actionFor, placeOf, type PlayerAction } from './shortcuts.js';
import { Stage } from './stage.js';
import { useIdle } from './use-idle.js';
import './player.css';

/** What the arrow keys skip. */
const STEP_MS = 5_000;

export interface PlayerProps {
  viewer: Viewer;
  /** The channel's name in its address. */
  name: string;
  /** The one who looks owns the channel. */
  own: boolean;
  /** The way to the server, for the note that it is lost. */
  connection: ReadonlySignal<'connecting' | 'online' | 'offline'>;
  /** How far back the server keeps what was, milliseconds. */
  rewindMs: number;
  /** Begins without sound, whatever was chosen before. */
  muted?: boolean;
  theatre?: Theatre;
  /** At the top left, while the controls are there. */
  corner?: ComponentChildren;
}

/** The picture with everything on top of it. Its one `<video>` stays through every state. */
export function Player(props: PlayerProps) {
  const { viewer, name, own, connection, theatre, corner, muted = false } = props;
  const root = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const playback = useMemo(
    () =>
      new Playback(
        {
          pinned: viewer.pinned,
          serverNow: () => viewer.serverNow(),
          isBehind: () => viewer.behind.peek(),
          isOnline: () => connection.peek() === 'online',
          onRefused: () => viewer.hlsRefused(),
          onFailed: () => viewer.hlsFailed(),
        },
        { muted },
      ),
    [viewer],
  );
  const [helping, setHelping] = useState(false);
  const idle = useIdle(root);

  useEffect(() => {
    playback.attach(video.current);
    return () => playback.close();
  }, [playback]);
  useSignalEffect(() => playback.show(viewer.source.value));
  useSignalEffect(() => {
    // Who has caught up watches what happens now, and may have it over WebRTC.
    const timeline = playback.hls.value?.timeline.value;
    if (!timeline || playback.paused.value) return;
    if (timeline.liveMs - timeline.positionMs < NEAR_MS) viewer.goLive();
  });
  const lastFrameShown = useComputed(() => {
    const state = viewer.state.value;
    const hasLastFrame = playback.frame.wasThere.value && !playback.soundOnly.value;
    const moving = state.name === 'playing' && playback.frame.isThere.value;
    return isShowing(state, hasLastFrame) && hasLastFrame && !moving;
  });
  const serverNow = useCallback(() => viewer.serverNow() ?? Date.now(), [viewer]);
  const nowMs = useNow(500, serverNow);
  const timeline = rewindWindow(viewer, playback, { nowMs, rewindMs: props.rewindMs });
  useSignalEffect(() => {
    if (isOver(viewer.state.value)) playback.frame.forget();
  });

  function togglePlay(): void {
    const positionMs = playback.hls.peek()?.timeline.peek()?.positionMs;
    // What stands still falls behind, and is to go on from there.
    if (!playback.paused.peek() && positionMs !== undefined) viewer.rewind(positionMs);
    playback.togglePlay();
  }
  function goLive(): void {
    viewer.goLive();
    playback.hls.peek()?.goLive();
    playback.play();
  }
  function seek(serverMs: number): void {
    if (!timeline) return;
    if (serverMs > timeline.liveMs - NEAR_MS) return goLive();
    const toMs = Math.max(timeline.startMs, serverMs);
    viewer.rewind(toMs);
    playback.hls.peek()?.seek(toMs);
  }
  function act(action: PlayerAction): void {
    const acts: Record<PlayerAction, () => void> = {
      'toggle-play': togglePlay,
      'toggle-muted': () => playback.toggleMuted(),
      'full-screen': fillScreen,
      theatre: () => theatre?.toggle(),
      'picture-in-picture': () => playback.togglePictureInPicture(),
      live: goLive,
      back: () => timeline && seek(timeline.positionMs - STEP_MS),
      forward: () => timeline && seek(timeline.positionMs + STEP_MS),
      louder: () => playback.louder(),
      quieter: () => playback.quieter(),
      help: () => setHelping(true),
    };
    acts[action]();
  }
  function fillScreen(): void {
    if (root.current) toggleFullScreen(root.current);
  }
  useKeys(root, act);

  const state = viewer.state.value;
  const stats = (playback.hls.value ?? viewer).stats.value;
  const live = !playback.paused.value && !viewer.behind.value;
  const switching = playback.frame.switching.value;
  const hasFrame = playback.frame.isThere.value;
  const hasLastFrame = playback.frame.wasThere.value;
  const refusal = playback.refusal.value;
  const showing = isShowing(state, hasLastFrame);
  const resting = idle && showing && !playback.paused.value;
  return (
    <div
      class={`player${resting ? ' player-idle' : ''}`}
      ref={root}
      role="region"
      aria-label="Video player"
    >
      <video
        class="player-video"
        ref={video}
        playsInline
        hidden={isOver(state)}
        onClick={(event) => {
          // A finger's tap only shows the controls.
          if (event instanceof PointerEvent && event.pointerType === 'touch') return;
          togglePlay();
        }}
        onDblClick={fillScreen}
      />
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
      {refusal === 'sound' && state.name === 'playing' && (
        <div class="player-unmute">
          <Button icon={VolumeX} size="l" onClick={() => playback.unmute()}>
            Unmute
          </Button>
        </div>
      )}
      {refusal === 'all' && state.name === 'playing' && (
        <div class="player-play">
          <Button icon={Play} size="l" variant="primary" onClick={() => playback.play()}>
            Play
          </Button>
        </div>
      )}
      {connection.value === 'offline' && (
        <p class="player-offline">
          <Spinner size={14} />
          No connection. Trying again…
        </p>
      )}
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
              timeline={timeline}
              live={live}
              theatre={theatre}
              onTogglePlay={togglePlay}
              onGoLive={goLive}
              onSeek={seek}
              onFullScreen={fillScreen}
            />
          </div>
        </>
      )}
      <p class="visually-hidden" role="status">
        {connection.value === 'offline' ? 'No connection. Trying again.' : announcement(state)}
      </p>
      {helping && <ShortcutHelp onClose={() => setHelping(false)} />}
    </div>
  );
}

/** There is a picture to be seen, or the last one that was. */
function isShowing({ name }: ViewerState, hasLastFrame: boolean): boolean {
  return name === 'playing' || (hasLastFrame && (name === 'interrupted' || name === 'connecting'));
}

function isOver({ name }: ViewerState): boolean {
  return name === 'not-live' || name === 'ended' || name === 'gone';
}

/** The player's keys work all over the page, but for places that use the key themselves. */
function useKeys(root: { current: HTMLElement | null }, act: (action: PlayerAction) => void): void {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent): void {
      if (event.defaultPrevented) return;
      const action = actionFor(event, placeOf(event.target, root.current));
      if (!action) return;
      event.preventDefault();
      latest.current(action);
    }
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [root]);
}
