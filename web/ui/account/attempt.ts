import { RequestError } from '../../client/request-error.js';
import { toast } from '../components/toast.js';

/**
 * Runs a button's action and then shows a toast: `done` on success, or the error's message on
 * failure.
 */
export async function attempt(action: () => Promise<unknown>, done?: string): Promise<void> {
  try {
    await action();
    if (done !== undefined) toast({ text: done, tone: 'good' });
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    toast({ text: error.message, tone: 'danger' });
  }
}
