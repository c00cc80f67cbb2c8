import {
  ChartLine,
  Clock,
  Download,
  Ellipsis,
  Link,
  Pencil,
  Scissors,
  Share2,
  Trash,
  Users,
} from 'lucide';
import type { RecordingView } from '../../../src/protocol/recording.js';
import { at } from '../../client/base-path.js';
import { Avatar } from '../components/avatar.js';
import { Badge } from '../components/badge.js';
import { Button } from '../components/button.js';
import { IconButton } from '../components/icon-button.js';
import { Menu, type MenuItem } from '../components/menu.js';
import { toast } from '../components/toast.js';
import { clockTime, wordyDuration } from '../format/duration.js';
import { sizeLabel } from '../format/size.js';
import { copyAddress } from '../components/copy-address.js';
import { whenFormat } from './facts.js';
import { MISSING } from './missing-words.js';
import { VISIBILITY_WORDS } from './visibility-words.js';
import '../watch/channel-info.css';
import './recording-info.css';

export interface RecordingInfoProps {
  recording: RecordingView;
  /** Returns the playback position, in ms; null if nothing can be played. */
  position: (() => number) | null;
  /** Opens the clip dialog; null if the user can't create clips. */
  onClip: (() => void) | null;
  onEdit: () => void;
  onMeasure: () => void;
  onDelete: () => void;
  /** Shows the separate recordings of guests. */
  onGuests: () => void;
}

/** A recording's title, date, size and actions. */
export function RecordingInfo({ recording, position, ...acts }: RecordingInfoProps) {
  const { channel, title, startedAt, durationMs, downloadPath, bytes, visibility } = recording;
  return (
    <section class="channel-info recording-info" aria-label="Recording">
      <Avatar name={channel} size={48} />
      <div class="channel-info-words">
        <h1>{title || channel}</h1>
        <p class="channel-info-line">
          <a class="channel-info-owner" href={at(`/${channel}`)}>
            {channel}
          </a>
          <span>
            <time dateTime={startedAt}>{whenFormat.format(Date.parse(startedAt))}</time>
            {durationMs > 0 && (
              <>
                {' · '}
                <span class="figures" aria-hidden="true">
                  {clockTime(durationMs)}
                </span>
                <span class="visually-hidden">{wordyDuration(durationMs)}</span>
              </>
            )}
          </span>
          {visibility !== 'public' && <Badge>{VISIBILITY_WORDS[visibility]}</Badge>}
        </p>
        {recording.problem !== null && (
          <p class="muted">In this recording, {MISSING[recording.problem]}</p>
        )}
      </div>
      <div class="recording-info-acts">
        <ShareMenu position={position} />
        {position !== null && acts.onClip !== null && (
          <Button icon={Scissors} onClick={acts.onClip}>
            Clip
          </Button>
        )}
        {downloadPath !== null && (
          <Button icon={Download} href={downloadPath} download>
            Download <span class="visually-hidden">as MP4,</span>
            <span class="recording-info-size muted figures">{sizeLabel(bytes)}</span>
          </Button>
        )}
        {recording.guestFiles > 0 && (
          <Button icon={Users} popup="dialog" onClick={acts.onGuests}>
            Guests
          </Button>
        )}
        {recording.mayManage && <ManageMenu {...acts} />}
      </div>
    </section>
  );
}

function ShareMenu({ position }: { position: (() => number) | null }) {
  const page = `${location.origin}${location.pathname}`;
  const atS = position === null ? 0 : Math.floor(position() / 1_000);
  async function copy(address: string): Promise<void> {
    if (await copyAddress(address)) toast({ text: 'Link copied.', tone: 'good' });
  }
  const items: MenuItem[] = [
    { kind: 'action', label: 'Copy link', icon: Link, onSelect: () => void copy(page) },
  ];
  if (atS > 0)
    items.push({
      kind: 'action',
      label: `Copy link at ${clockTime(atS * 1_000)}`,
      icon: Clock,
      onSelect: () => void copy(`${page}?t=${atS}`),
    });
  return (
    <Menu
      label="Share"
      align="start"
      items={items}
      trigger={({ expanded, onClick, buttonRef }) => (
        <Button
          icon={Share2}
          expanded={expanded}
          popup="menu"
          onClick={onClick}
          buttonRef={buttonRef}
        >
          Share
        </Button>
      )}
    />
  );
}

type ManageActs = Pick<RecordingInfoProps, 'onEdit' | 'onMeasure' | 'onDelete'>;

function ManageMenu({ onEdit, onMeasure, onDelete }: ManageActs) {
  return (
    <Menu
      label="More"
      items={[
        { kind: 'action', label: 'Statistics', icon: ChartLine, onSelect: onMeasure },
        { kind: 'action', label: 'Edit', icon: Pencil, onSelect: onEdit },
        { kind: 'action', label: 'Delete', icon: Trash, danger: true, onSelect: onDelete },
      ]}
      trigger={(tie) => (
        <IconButton icon={Ellipsis} variant="solid" label="More" align="end" {...tie} />
      )}
    />
  );
}
