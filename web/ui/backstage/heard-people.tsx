import { useEffect, useRef } from 'preact/hooks';
import type { RemoteTrack } from '../../client/stage/stage-media.js';

/**
 * Plays the voices of the others, and the sound of a file that the host plays. Each is played
 * through its own audio element and never through Web Audio, because browsers cancel only the echo
 * of sound that elements play.
 *
 * @param onBlocked called if the browser blocks sound until the user presses something
 */
export function HeardPeople(props: { tracks: readonly RemoteTrack[]; onBlocked: () => void }) {
  const voices = props.tracks.filter(
    ({ source }) => source === 'microphone' || source === 'playback',
  );
  return (
    <div hidden>
      {voices.map((voice) => (
        <Voice key={voice.consumerId} track={voice.track} onBlocked={props.onBlocked} />
      ))}
    </div>
  );
}

function Voice({ track, onBlocked }: { track: MediaStreamTrack; onBlocked: () => void }) {
  const audio = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    const element = audio.current;
    if (element === null) return undefined;
    element.srcObject = new MediaStream([track]);
    element.play().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'NotAllowedError') onBlocked();
    });
    return () => {
      element.srcObject = null;
    };
  }, [track]);
  return <audio ref={audio} autoplay />;
}

/** Plays all sound on the page that the browser has blocked. Must be called in a click handler. */
export function playAll(): void {
  for (const element of document.querySelectorAll('audio'))
    element.play().catch(() => {
      // It still isn't allowed, so the button remains.
    });
}
