import { useEffect, useState } from 'preact/hooks';
import { Download } from 'lucide';
import type { GuestRecordingList, GuestRecordingView } from '../../../src/protocol/recording.js';
import { recordingApi } from '../../client/recording-api.js';
import { RequestError } from '../../client/request-error.js';
import { Button } from '../components/button.js';
import { DoneDialog } from '../components/done-dialog.js';
import { Spinner } from '../components/spinner.js';
import { clockTime, wordyDuration } from '../format/duration.js';
import { sizeLabel } from '../format/size.js';
import { MISSING } from './missing-words.js';
import './guest-files-dialog.css';

interface GuestFilesDialogProps {
  recordingId: string;
  onClose: () => void;
}

/** Lists the separate recordings of guests, for the channel's owner and moderators. */
export function GuestFilesDialog({ recordingId, onClose }: GuestFilesDialogProps) {
  const [guests, setGuests] = useState<GuestRecordingList | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    recordingApi.guests(recordingId).then(setGuests, (error: unknown) => {
      if (!(error instanceof RequestError)) throw error;
      setProblem(error.message);
    });
  }, [recordingId]);
  return (
    <DoneDialog title="Guest files" onClose={onClose}>
      {problem !== null && <p role="alert">{problem}</p>}
      {problem === null && guests === null && <Spinner label="Loading guest files" />}
      {guests?.length === 0 && (
        <p class="muted">
          No guests were recorded separately. To record them next time, turn on “Record each guest
          separately” under Guests while the stage is open.
        </p>
      )}
      {guests !== null && guests.length > 0 && (
        <>
          <p class="muted">
            Each file contains one guest’s camera and microphone. The time shows where the file
            starts in the recording. Only you and your moderators can download the files.
          </p>
          <ul class="guest-files">
            {guests.map((guest) => (
              <GuestFile key={guest.id} guest={guest} />
            ))}
          </ul>
        </>
      )}
    </DoneDialog>
  );
}

function GuestFile({ guest }: { guest: GuestRecordingView }) {
  const { name, state, durationMs, bytes, offsetMs, downloadPath, problem, lacksVideo } = guest;
  return (
    <li class="guest-file">
      <div class="guest-file-about">
        <span class="guest-file-name">{name}</span>
        {state === 'ready' && (
          <span class="muted figures">
            <span aria-hidden="true">{clockTime(durationMs)}</span>
            <span class="visually-hidden">{wordyDuration(durationMs)}</span>
            {offsetMs !== null && ` · starts at ${clockTime(Math.max(0, offsetMs))}`}
          </span>
        )}
        {state === 'failed' && <span class="muted">Nothing was recorded.</span>}
        {(state === 'recording' || state === 'finishing') && <span class="muted">Recording…</span>}
        {lacksVideo && (
          <span class="muted">
            No video, because the server needs FFmpeg to record this camera’s codec.
          </span>
        )}
        {problem !== null && <span class="muted">In this file, {MISSING[problem]}</span>}
      </div>
      {downloadPath !== null && (
        <Button icon={Download} size="s" href={downloadPath} download>
          Download <span class="visually-hidden">{name}’s file,</span>
          <span class="muted figures">{sizeLabel(bytes)}</span>
        </Button>
      )}
    </li>
  );
}
