import { useEffect, useRef } from 'preact/hooks';

export interface PictureProps {
  track: MediaStreamTrack;
  /** The accessible name. */
  label: string;
  mirrored?: boolean;
  /** Whether the video is shown in full instead of filling the tile. */
  contained?: boolean;
}

/** A live video without sound. */
export function Picture({ track, label, mirrored = false, contained = false }: PictureProps) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = video.current;
    if (element === null) return undefined;
    element.srcObject = new MediaStream([track]);
    // Rejects if the element is removed before the first frame.
    element.play().catch(() => undefined);
    return () => {
      element.srcObject = null;
    };
  }, [track]);
  const look = `${mirrored ? ' tile-mirrored' : ''}${contained ? ' tile-contained' : ''}`;
  return (
    <video
      class={`tile-picture${look}`}
      ref={video}
      aria-label={label}
      autoplay
      muted
      playsInline
    />
  );
}
