import { recordingApi } from '../../client/recording-api.js';
import { RequestError } from '../../client/request-error.js';
import { confirm } from '../components/confirm.js';
import { toast } from '../components/toast.js';

/** Asks, and deletes a recording for good; true when it is gone. */
export async function deleteRecording(id: string, title: string): Promise<boolean> {
  const goAhead = await confirm({
    title: 'Delete this recording?',
    text: `“${title}” is deleted for good. Its chat and the clips of it stay.`,
    action: 'Delete recording',
    cancel: 'Keep it',
    danger: true,
  });
  if (!goAhead) return false;
  try {
    await recordingApi.delete(id);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    toast({ text: error.message, tone: 'danger' });
    return false;
  }
  toast({ text: 'The recording is deleted.', tone: 'good' });
  return true;
}
