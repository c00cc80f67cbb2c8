import { recordingApi } from '../../client/recording-api.js';
import { RequestError } from '../../client/request-error.js';
import { confirm } from '../components/confirm.js';
import { toast } from '../components/toast.js';

/** Deletes a recording after confirmation; resolves to true if it was deleted. */
export async function deleteRecording(id: string, title: string): Promise<boolean> {
  const goAhead = await confirm({
    title: 'Delete this recording?',
    text: `“${title}” will be permanently deleted. Its chat and clips stay.`,
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
  toast({ text: 'Recording deleted.', tone: 'good' });
  return true;
}
