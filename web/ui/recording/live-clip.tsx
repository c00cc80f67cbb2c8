import type { RecordingView } from '../../../src/protocol/recording.js';
import { recordingApi } from '../../client/recording-api.js';
import { RequestError } from '../../client/request-error.js';
import { toast } from '../components/toast.js';
import { ClipDialog } from './clip-dialog.js';
import { usePreviews } from './use-previews.js';

/**
 * Returns a live broadcast's recording. If nothing has been recorded, shows the reason in a toast
 * and returns null.
 */
export async function findClippable(broadcastId: string): Promise<RecordingView | null> {
  try {
    const recording = await recordingApi.recording(broadcastId);
    if (recording.durationMs > 0 && recording.state !== 'failed') return recording;
    toast({ text: 'Nothing recorded yet. Try again in a few seconds.' });
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    const isNotRecorded = error.code === 'recording_not_found';
    toast({
      text: isNotRecorded ? 'This broadcast is not being recorded.' : error.message,
      tone: isNotRecorded ? 'info' : 'danger',
    });
  }
  return null;
}

/** Creates a clip of the latest part of a live broadcast. */
export function LiveClip({
  recording,
  onClose,
}: {
  recording: RecordingView;
  onClose: () => void;
}) {
  const { id, title, durationMs, previewsPath } = recording;
  const previews = usePreviews(previewsPath);
  return (
    <ClipDialog
      recordingId={id}
      title={title}
      durationMs={durationMs}
      positionMs={durationMs}
      previews={previews}
      onClose={onClose}
    />
  );
}
