import { useRef, useState } from 'preact/hooks';
import { Film, Pause, Play, RotateCcw, X } from 'lucide';
import type { Playback } from '../../../client/stage/played-video.js';
import { FormError } from '../../account/form-error.js';
import { Button } from '../../components/button.js';
import { IconButton } from '../../components/icon-button.js';
import { Select } from '../../components/select.js';
import { clockTime } from '../../format/duration.js';
import type { FilePlayer, OpenedFile } from './file-player.js';
import type { HostStage } from './host-stage.js';
import './file-section.css';

const ACCEPTED = 'video/mp4,video/webm,image/jpeg,image/png,image/webp,image/gif,image/avif';

const PLACES = [
  { value: 'alone', label: 'Full screen' },
  { value: 'in-layout', label: 'Next to the people' },
] as const;

const ENDS = [
  { value: 'back', label: 'Return to the scene' },
  { value: 'repeat', label: 'Play again' },
] as const;

/** Plays a video or picture from the host's computer to viewers and guests. */
export function FileSection({ host }: { host: HostStage }) {
  const file = host.files.file.value;
  const mix = host.serverMix.value;
  const isMixedHere = mix === 'off' || mix === 'unavailable';
  return (
    <section class="guests-group" aria-label="Video or picture">
      <h3 class="guests-title">Video or picture</h3>
      {!isMixedHere && (
        <p class="muted">
          The server is mixing and can’t play files from your computer. To play one, mix in this
          browser.
        </p>
      )}
      {isMixedHere &&
        (file ? <Controls player={host.files} file={file} /> : <Choose host={host} />)}
    </section>
  );
}

function Choose({ host }: { host: HostStage }) {
  const input = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | undefined>(undefined);

  async function open(file: File): Promise<void> {
    setBusy(true);
    setError(undefined);
    try {
      await host.files.open(file);
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : String(failure));
    } finally {
      setBusy(false);
    }
  }

  return (
    <>
      <p class="muted">Viewers and guests can see and hear it. The file stays on this computer.</p>
      <Button icon={Film} size="s" busy={busy} onClick={() => input.current?.click()}>
        Choose a file
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label="Video or picture to play"
        accept={ACCEPTED}
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          if (file) void open(file);
          event.currentTarget.value = '';
        }}
      />
      <FormError message={error} />
    </>
  );
}

function Controls({ player, file: { name, video } }: { player: FilePlayer; file: OpenedFile }) {
  const isShown = player.isShown.value;
  const playback = video?.playback.value ?? null;
  return (
    <div class="played">
      <div class="played-about">
        <span class="played-name">{name}</span>
        <span class="played-state figures">{stateOf(isShown, playback)}</span>
      </div>
      <div class="played-controls">
        <PlayButton player={player} isShown={isShown} playback={playback} />
        {video && (
          <>
            <IconButton
              icon={RotateCcw}
              label="Play from the beginning"
              size="s"
              disabled={!isShown}
              onClick={() => video.restart()}
            />
            <input
              class="guest-row-volume"
              type="range"
              min={0}
              max={1}
              step={0.05}
              aria-label="Video volume"
              aria-valuetext={`${Math.round(player.volume.value * 100)} %`}
              value={player.volume.value}
              onInput={(event) => player.setVolume(event.currentTarget.valueAsNumber)}
            />
          </>
        )}
        {isShown && (
          <Button size="s" onClick={() => player.hide()}>
            Hide
          </Button>
        )}
        <IconButton
          icon={X}
          label="Close file"
          size="s"
          align="end"
          onClick={() => player.close()}
        />
      </div>
      <Select
        label="Position"
        value={player.place.value}
        options={PLACES}
        onChange={(place) => player.setPlace(place)}
      />
      {video && (
        <Select
          label="At the end"
          value={player.atEnd.value}
          options={ENDS}
          onChange={(atEnd) => player.setAtEnd(atEnd)}
        />
      )}
    </div>
  );
}

interface PlayButtonProps {
  player: FilePlayer;
  isShown: boolean;
  /** The playback state; null for a picture. */
  playback: Playback | null;
}

function PlayButton({ player, isShown, playback }: PlayButtonProps) {
  if (isShown && playback === null) return null;
  if (isShown && playback?.isPlaying === true)
    return (
      <IconButton
        icon={Pause}
        label="Pause video"
        size="s"
        onClick={() => player.file.peek()?.video?.pause()}
      />
    );
  return (
    <Button variant="primary" size="s" icon={Play} onClick={() => void player.show()}>
      {playback === null ? 'Show' : 'Play'}
    </Button>
  );
}

function stateOf(isShown: boolean, playback: Playback | null): string {
  const where = isShown ? 'Visible to viewers' : 'Ready, not shown';
  if (playback === null || playback.durationMs === null) return where;
  const leftMs = Math.max(0, playback.durationMs - playback.positionMs);
  return `${where} · ${clockTime(leftMs)} left`;
}
