import type { ComponentChildren, RefObject } from 'preact';

export interface PlayerFrameProps {
  root: RefObject<HTMLDivElement | null>;
  video: RefObject<HTMLVideoElement | null>;
  /** An additional class. */
  kind?: string;
  /** Whether the controls are hidden. */
  resting: boolean;
  /** Whether the video is hidden. */
  hidden?: boolean;
  onTogglePlay: () => void;
  onFullScreen: () => void;
  /** Content over the video. */
  children: ComponentChildren;
}

/**
 * A player's frame with its video. A click on the video toggles playback, and a double click
 * toggles full screen. The `<video>` remains mounted in every state.
 */
export function PlayerFrame(props: PlayerFrameProps) {
  const { root, video, kind, resting, hidden = false, onTogglePlay, onFullScreen } = props;
  const classes = ['player', kind, resting && 'player-idle'].filter(Boolean);
  return (
    <div class={classes.join(' ')} ref={root} role="region" aria-label="Video player">
      <video
        class="player-video"
        ref={video}
        playsInline
        hidden={hidden}
        onClick={(event) => {
          // A tap only shows the controls.
          if (event instanceof PointerEvent && event.pointerType === 'touch') return;
          onTogglePlay();
        }}
        onDblClick={onFullScreen}
      />
      {props.children}
    </div>
  );
}
