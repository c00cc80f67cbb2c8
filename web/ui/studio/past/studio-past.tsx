import { useEffect, useMemo, useState } from 'preact/hooks';
import type { ListedBroadcast, RecordingView } from '../../../../src/protocol/recording.js';
import { at } from '../../../client/base-path.js';
import { recordingApi } from '../../../client/recording-api.js';
import { RequestError } from '../../../client/request-error.js';
import { ChartLine, Ellipsis, ExternalLink, Pencil, Pin, PinOff, Trash, Users } from 'lucide';
import { Badge } from '../../components/badge.js';
import { Button } from '../../components/button.js';
import { DoneDialog } from '../../components/done-dialog.js';
import { IconButton } from '../../components/icon-button.js';
import { Menu, type MenuItem } from '../../components/menu.js';
import { Notice } from '../../components/notice.js';
import { Spinner } from '../../components/spinner.js';
import { toast } from '../../components/toast.js';
import { deleteRecording } from '../../recording/delete-recording.js';
import { GuestFilesDialog } from '../../recording/guest-files-dialog.js';
import { EditDialog } from '../../recording/edit-dialog.js';
import { StorageNotice } from '../../recording/storage-notice.js';
import { useStorage } from '../../recording/use-storage.js';
import { VISIBILITY_WORDS } from '../../recording/visibility-words.js';
import { StatisticsDialog } from '../../statistics/late-statistics.js';
import { MediaLine } from '../../past/media-line.js';
import { PastBroadcasts } from '../../past/past-broadcasts.js';
import { pastFacts, pastNote, PastPicture } from '../../past/past-card.js';
import './studio-past.css';

/** Lists a channel's past broadcasts. The owner can open, edit, keep and delete them. */
export function StudioPast({ channel, onClose }: { channel: string; onClose: () => void }) {
  const past = useMemo(() => new PastBroadcasts(channel), [channel]);
  const [edited, setEdited] = useState<RecordingView | null>(null);
  const [measured, setMeasured] = useState<ListedBroadcast | null>(null);
  const [ofGuests, setOfGuests] = useState<ListedBroadcast | null>(null);
  useEffect(() => void past.load(), [past]);
  const storage = useStorage();
  const list = past.list.value;
  const problem = past.problem.value;
  if (edited)
    return (
      <EditDialog
        recording={edited}
        onChanged={(recording) => past.learn(recording)}
        onClose={() => setEdited(null)}
      />
    );
  if (measured)
    return (
      <StatisticsDialog
        broadcastId={measured.id}
        named={measured.title || channel}
        onClose={() => setMeasured(null)}
      />
    );
  if (ofGuests)
    return <GuestFilesDialog recordingId={ofGuests.id} onClose={() => setOfGuests(null)} />;
  return (
    <DoneDialog title="Past broadcasts" onClose={onClose}>
      <div class="studio-past">
        {storage && <StorageNotice storage={storage} />}
        {list === null && problem === null && <Spinner label="Loading past broadcasts" />}
        {list?.length === 0 && !past.more.value && (
          <Notice title="Nothing yet">Your broadcasts appear here after they end.</Notice>
        )}
        <ul>
          {list?.map((broadcast) => (
            <PastLine
              key={broadcast.id}
              broadcast={broadcast}
              past={past}
              onEdit={setEdited}
              onMeasure={setMeasured}
              onGuests={setOfGuests}
            />
          ))}
        </ul>
        {problem !== null && <p role="alert">{problem}</p>}
        {(past.more.value || problem !== null) && (
          <Button busy={past.busy.value} onClick={() => void past.load()}>
            {problem === null ? 'Show more' : 'Try again'}
          </Button>
        )}
      </div>
    </DoneDialog>
  );
}

interface PastLineProps {
  broadcast: ListedBroadcast;
  past: PastBroadcasts;
  onEdit: (recording: RecordingView) => void;
  onMeasure: (broadcast: ListedBroadcast) => void;
  onGuests: (broadcast: ListedBroadcast) => void;
}

function PastLine({ broadcast, past, onEdit, onMeasure, onGuests }: PastLineProps) {
  const { id, title, channel, recording } = broadcast;
  const named = title || channel;
  const note = pastNote(broadcast);
  const ofRecording: MenuItem[] = [
    { kind: 'link', label: 'Open', icon: ExternalLink, href: at(`/recordings/${id}`) },
    {
      kind: 'action',
      label: 'Edit',
      icon: Pencil,
      onSelect: () => void tryTo(async () => onEdit(await recordingApi.recording(id))),
    },
    {
      kind: 'action',
      label: 'Guest files',
      icon: Users,
      onSelect: () => onGuests(broadcast),
    },
    {
      kind: 'action',
      label: recording?.kept ? 'Don’t keep forever' : 'Keep forever',
      icon: recording?.kept ? PinOff : Pin,
      onSelect: () =>
        void tryTo(async () =>
          past.learn(await recordingApi.change(id, { kept: !recording?.kept })),
        ),
    },
    {
      kind: 'action',
      label: 'Delete',
      icon: Trash,
      danger: true,
      onSelect: () =>
        void deleteRecording(id, named).then((gone) => {
          if (gone) past.put({ ...broadcast, recording: null });
        }),
    },
  ];
  const items: MenuItem[] = [
    {
      kind: 'action',
      label: 'Statistics',
      icon: ChartLine,
      onSelect: () => onMeasure(broadcast),
    },
    ...(recording === null ? [] : ofRecording),
  ];
  return (
    <MediaLine
      picture={<PastPicture broadcast={broadcast} />}
      heading={note === null ? <a href={at(`/recordings/${id}`)}>{named}</a> : named}
      facts={pastFacts(broadcast)}
      notes={
        <>
          {note !== null && <span class="muted">{note}</span>}
          {recording && recording.visibility !== 'public' && (
            <Badge>{VISIBILITY_WORDS[recording.visibility]}</Badge>
          )}
          {recording?.kept && <Badge tone="good">Kept</Badge>}
        </>
      }
    >
      <Menu
        label={`Actions for ${named}`}
        items={items}
        trigger={(tie) => (
          <IconButton icon={Ellipsis} label={`More actions for ${named}`} align="end" {...tie} />
        )}
      />
    </MediaLine>
  );
}

async function tryTo(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    toast({ text: error.message, tone: 'danger' });
  }
}
