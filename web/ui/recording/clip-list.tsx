import { Trash } from 'lucide';
import type { ListedClip } from '../../../src/protocol/clip.js';
import { at } from '../../client/base-path.js';
import { recordingApi } from '../../client/recording-api.js';
import { RequestError } from '../../client/request-error.js';
import { Badge } from '../components/badge.js';
import { confirm } from '../components/confirm.js';
import { IconButton } from '../components/icon-button.js';
import { Thumbnail } from '../components/thumbnail.js';
import { toast } from '../components/toast.js';
import { clockTime } from '../format/duration.js';
import { sizeLabel } from '../format/size.js';
import { MediaLine } from '../past/media-line.js';
import { VISIBILITY_WORDS } from './visibility-words.js';

const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

interface ClipListProps {
  clips: readonly ListedClip[];
  /** Whether this is the newest page. */
  isFirst: boolean;
  onDeleted: () => void;
}

/** Lists clips, each with a delete button. */
export function ClipList({ clips, isFirst, onDeleted }: ClipListProps) {
  if (clips.length === 0)
    return <p class="muted">{isFirst ? 'No clips yet.' : 'No older clips.'}</p>;
  return (
    <ul class="clip-list">
      {clips.map((clip) => (
        <ClipLine key={clip.id} clip={clip} onDeleted={onDeleted} />
      ))}
    </ul>
  );
}

function ClipLine({ clip, onDeleted }: { clip: ListedClip; onDeleted: () => void }) {
  const { id, channel, createdBy, visibility, durationMs } = clip;
  const named = clip.title || channel;
  const by = createdBy === null ? '' : ` · by ${createdBy}`;
  return (
    <MediaLine
      picture={
        <a href={at(`/clips/${id}`)} tabIndex={-1} aria-hidden="true">
          <Thumbnail name={channel} picture={clip.thumbnailPath} />
        </a>
      }
      heading={<a href={at(`/clips/${id}`)}>{named}</a>}
      facts={`${clockTime(durationMs)} · ${sizeLabel(clip.bytes)} · ${day.format(Date.parse(clip.createdAt))}${by}`}
      notes={
        <>
          {visibility !== 'public' && <Badge>{VISIBILITY_WORDS[visibility]}</Badge>}
          {clip.recordingId === null && <span class="muted">Recording deleted</span>}
        </>
      }
    >
      <IconButton
        icon={Trash}
        label={`Delete ${named}`}
        align="end"
        onClick={() =>
          void deleteClip(id, named).then((isDeleted) => {
            if (isDeleted) onDeleted();
          })
        }
      />
    </MediaLine>
  );
}

/** Deletes a clip after confirmation; resolves to true if it was deleted. */
async function deleteClip(id: string, title: string): Promise<boolean> {
  const goAhead = await confirm({
    title: 'Delete this clip?',
    text: `“${title}” will be permanently deleted.`,
    action: 'Delete clip',
    cancel: 'Keep it',
    danger: true,
  });
  if (!goAhead) return false;
  try {
    await recordingApi.deleteClip(id);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    toast({ text: error.message, tone: 'danger' });
    return false;
  }
  toast({ text: 'Clip deleted.', tone: 'good' });
  return true;
}
