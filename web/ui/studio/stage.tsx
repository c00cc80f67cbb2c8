import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Capture } from '../../client/capture/capture.js';
import './stage.css';

export interface StageProps {
  capture: Capture;
  /** Content shown over the video, such as a problem or "Reconnecting". */
  children?: ComponentChildren;
  /** Labels in the corners. */
  chips?: ComponentChildren;
  dimmed?: boolean;
}

/** The video as viewers see it, except for mirroring. */
export function Stage({ capture, children, chips, dimmed = false }: StageProps) {
  const track = capture.picture.track.value;
  const facing = track?.getSettings().facingMode;
  // Only a camera that faces the user is mirrored: not a screen, and not a phone's back camera.
  const mirrored =
    capture.picture.scene.value === 'camera' &&
    capture.choices.value.settings.mirrorPreview &&
    facing !== 'environment';
  return (
    <div class={dimmed ? 'stage stage-dimmed' : 'stage'}>
      <div class="stage-frame">
        {track && <Picture track={track} mirrored={mirrored} />}
        {children}
        <div class="stage-chips">{chips}</div>
      </div>
    </div>
  );
}

function Picture({ track, mirrored }: { track: MediaStreamTrack; mirrored: boolean }) {
  const video = useRef<HTMLVideoElement>(null);
  const [size, setSize] = useState<{ width: number; height: number } | null>(null);
  useEffect(() => {
    const element = video.current;
    if (element === null) return undefined;
    element.srcObject = new MediaStream([track]);
    return () => {
      element.srcObject = null;
    };
  }, [track]);
  return (
    <>
      <video
        class={mirrored ? 'stage-picture stage-mirrored' : 'stage-picture'}
        ref={video}
        aria-label="Preview of your video"
        autoplay
        muted
        playsInline
        onResize={({ currentTarget: { videoWidth: width, videoHeight: height } }) =>
          setSize({ width, height })
        }
      />
      {size && size.width > 0 && (
        <span class="stage-size figures">
          {size.width} × {size.height}
          {mirrored && ' · mirrored'}
        </span>
      )}
    </>
  );
}
