import { RequestError } from '../../client/request-error.js';
import { toast } from '../components/toast.js';

/** Does something for a button; says so when it is done, or why it failed. */
export async function attempt(action: () => Promise<unknown>, done?: string): Promise<void> {
  try {
    await action();
    if (done !== undefined) toast({ text: done, tone: 'good' });
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    toast({ text: error.message, tone: 'danger' });
  }
}
