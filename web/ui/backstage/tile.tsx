import type { ComponentChildren } from 'preact';
import { MicOff } from 'lucide';
import { Avatar } from '../components/avatar.js';
import { Icon } from '../components/icon.js';
import { Spinner } from '../components/spinner.js';
import { LevelBar } from './level-bar.js';
import { Picture } from './picture.js';
import './tile.css';

export interface TileProps {
  name: string;
  /** The video; null if the camera is off. */
  track: MediaStreamTrack | null;
  /** A note added to the name, such as “you”. */
  note?: string;
  mirrored?: boolean;
  contained?: boolean;
  muted?: boolean;
  /** Whether the person's connection is lost. */
  away?: boolean;
  /** Returns the person's level in decibels below full scale. */
  readLevel?: (() => number) | undefined;
  children?: ComponentChildren;
}

/** A person or screen: the video or an avatar, with the name. */
export function Tile(props: TileProps) {
  const { name, track, note, muted = false, away = false, readLevel } = props;
  return (
    <figure class={away ? 'tile tile-away' : 'tile'}>
      {track ? (
        <Picture
          track={track}
          label={`Video of ${name}`}
          mirrored={props.mirrored ?? false}
          contained={props.contained ?? false}
        />
      ) : (
        <div class="tile-empty">
          <Avatar name={name} size={48} />
        </div>
      )}
      {away && (
        <div class="tile-cover">
          <Spinner size={20} />
          <span>Reconnecting</span>
        </div>
      )}
      <figcaption class="tile-name">
        {muted && (
          <>
            <Icon icon={MicOff} size={14} />
            <span class="visually-hidden">Muted:</span>
          </>
        )}
        <span class="tile-text">{note === undefined ? name : `${name} (${note})`}</span>
      </figcaption>
      {readLevel && !muted && (
        <div class="tile-level">
          <LevelBar read={readLevel} />
        </div>
      )}
      {props.children}
    </figure>
  );
}
