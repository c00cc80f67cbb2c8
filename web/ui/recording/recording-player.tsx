import { useEffect, useRef, useState } from 'preact/hooks';
import { CircleAlert } from 'lucide';
import { Button } from '../components/button.js';
import { Icon } from '../components/icon.js';
import { Spinner } from '../components/spinner.js';
import { Thumbnail } from '../components/thumbnail.js';
import { toggleFullScreen } from '../player/full-screen.js';
import { PlayerFrame } from '../player/player-frame.js';
import { PressWanted } from '../player/press-wanted.js';
import type { Theatre } from '../player/screen-buttons.js';
import { ShortcutHelp } from '../player/shortcut-help.js';
import { useIdle } from '../player/use-idle.js';
import { useKeys } from '../player/use-keys.js';
import type { Chapter } from './chapters.js';
import { type RecordingAction, recordingActionFor, recordingShortcuts } from './keys.js';
import type { Preview } from './previews.js';
import { RecordingControls } from './recording-controls.js';
import type { Vod } from './vod.js';
import '../player/player.css';
import '../player/stage.css';
import './recording-player.css';

/** The distance of a seek with the arrow keys, in ms. */
const STEP_MS = 5_000;

export interface RecordingPlayerProps {
  vod: Vod;
  /** The channel's name, which determines the color. */
  name: string;
  /** The image shown before the first frame; null if there is none. */
  poster: string | null;
  chapters: readonly Chapter[];
  previews: readonly Preview[];
  theatre?: Theatre;
  loopable?: boolean;
}

/** The player of a recording or clip, with its controls. */
export function RecordingPlayer(props: RecordingPlayerProps) {
  const { vod, name, poster, chapters, previews, theatre, loopable = false } = props;
  const root = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const [helping, setHelping] = useState(false);
  const { playback } = vod;
  const idle = useIdle(root);
  useEffect(() => {
    vod.attach(video.current);
    return () => vod.close();
  }, [vod]);

  function act(action: RecordingAction): void {
    const acts: Record<RecordingAction, () => void> = {
      'toggle-play': () => vod.togglePlay(),
      'toggle-muted': () => playback.toggleMuted(),
      'full-screen': fillScreen,
      theatre: () => theatre?.toggle(),
      'picture-in-picture': () => playback.togglePictureInPicture(),
      back: () => vod.skip(-STEP_MS),
      forward: () => vod.skip(STEP_MS),
      'to-start': () => vod.seek(0),
      'to-end': () => vod.seek(vod.durationMs.peek()),
      slower: () => vod.stepSpeed(-1),
      faster: () => vod.stepSpeed(1),
      louder: () => playback.louder(),
      quieter: () => playback.quieter(),
      help: () => setHelping(true),
    };
    acts[action]();
  }
  function fillScreen(): void {
    if (root.current) toggleFullScreen(root.current);
  }
  useKeys(root, act, recordingActionFor);

  const hasPicture = playback.frame.wasThere.value;
  const resting = idle && hasPicture && !playback.paused.value;
  return (
    <PlayerFrame
      kind="recording-player"
      root={root}
      video={video}
      resting={resting}
      onTogglePlay={() => vod.togglePlay()}
      onFullScreen={fillScreen}
    >
      <Cover vod={vod} name={name} poster={poster} />
      <PressWanted playback={playback} />
      {!vod.failed.value && (
        <div class="player-bottom">
          <RecordingControls
            vod={vod}
            chapters={chapters}
            previews={previews}
            theatre={theatre}
            loopable={loopable}
            onFullScreen={fillScreen}
          />
        </div>
      )}
      {helping && <ShortcutHelp list={recordingShortcuts} onClose={() => setHelping(false)} />}
    </PlayerFrame>
  );
}

/**
 * The cover over the video: a thumbnail until the first frame, a spinner during stalls, or an
 * error.
 */
function Cover({ vod, name, poster }: { vod: Vod; name: string; poster: string | null }) {
  const { frame } = vod.playback;
  if (vod.failed.value)
    return (
      <div class="stage stage-over">
        <div class="stage-card" role="alert">
          <Icon icon={CircleAlert} size={32} />
          <h2>Can’t play this right now</h2>
          <p>The server is not responding, or you’re offline.</p>
          <Button onClick={() => vod.retry()}>Try again</Button>
        </div>
      </div>
    );
  if (!frame.wasThere.value)
    return (
      <div class="stage recording-cover">
        <Thumbnail name={name} picture={poster} />
        <div class="stage-waiting">
          <Spinner size={32} label="Loading" />
        </div>
      </div>
    );
  if (vod.waiting.value && !vod.playback.paused.value)
    return (
      <div class="recording-waiting">
        <Spinner size={40} label="Loading" />
      </div>
    );
  return null;
}
