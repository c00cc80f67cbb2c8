import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useSignalEffect, type ReadonlySignal } from '@preact/signals';
import { Play, VolumeX } from 'lucide';
import type { Viewer, ViewerState } from '../../client/viewer.js';
import { Button } from '../components/button.js';
import { Spinner } from '../components/spinner.js';
import { announcement } from './announcement.js';
import { Controls, type Theatre } from './controls.js';
import { DelayChip } from './delay-chip.js';
import { toggleFullScreen } from './full-screen.js';
import { LastFrame } from './last-frame.js';
import { Playback } from './playback.js';
import { ShortcutHelp } from './shortcut-help.js';
import { actionFor, placeOf, type PlayerAction } from './shortcuts.js';
import { Stage } from './stage.js';
import { useIdle } from './use-idle.js';
import './player.css';

export interface PlayerProps {
  viewer: Viewer;
  /** The channel's name in its address. */
  name: string;
  /** The one who looks owns the channel. */
  own: boolean;
  /** The way to the server, for the note that it is lost. */
  connection: ReadonlySignal<'connecting' | 'online' | 'offline'>;
  theatre?: Theatre;
  /** At the top left, while the controls are there. */
  corner?: ComponentChildren;
}

/** The picture with everything on top of it. Its one `<video>` stays through every state. */
export function Player({ viewer, name, own, connection, theatre, corner }: PlayerProps) {
  const root = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const playback = useMemo(() => new Playback(), []);
  const [helping, setHelping] = useState(false);
  const idle = useIdle(root);

  useEffect(() => {
    playback.attach(video.current);
    return () => playback.attach(null);
  }, [playback]);
  useSignalEffect(() => playback.show(viewer.stream.value));
  useSignalEffect(() => {
    if (isOver(viewer.state.value)) playback.forget();
  });

  function act(action: PlayerAction): void {
    const acts: Record<PlayerAction, () => void> = {
      'toggle-play': () => playback.togglePlay(),
      'toggle-muted': () => playback.toggleMuted(),
      'full-screen': fillScreen,
      theatre: () => theatre?.toggle(),
      'picture-in-picture': () => playback.togglePictureInPicture(),
      live: () => playback.goLive(),
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
  const stats = viewer.stats.value;
  const hasFrame = playback.hasFrame.value;
  const moving = state.name === 'playing' && hasFrame;
  const hasLastFrame = playback.hadFrame.value;
  const refusal = playback.refusal.value;
  const showing =
    state.name === 'playing' ||
    ((state.name === 'interrupted' || state.name === 'connecting') && hasLastFrame);
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
          playback.togglePlay();
        }}
        onDblClick={fillScreen}
      />
      <LastFrame
        playback={playback}
        shown={showing && !moving && hasLastFrame && !playback.soundOnly.value}
      />
      <Stage
        state={state}
        channel={viewer.channel.value}
        name={name}
        hasFrame={hasFrame}
        soundOnly={playback.soundOnly.value}
        hasLastFrame={hasLastFrame}
        own={own}
        onRetry={() => viewer.retry()}
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
          <Button icon={Play} size="l" variant="primary" onClick={() => playback.goLive()}>
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
            {stats && <DelayChip way="WebRTC" stats={stats} />}
          </div>
          <div class="player-bottom">
            <Controls
              viewer={viewer}
              playback={playback}
              theatre={theatre}
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
