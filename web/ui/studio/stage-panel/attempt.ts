import { RequestError } from '../../../client/request-error.js';
import { toast } from '../../components/toast.js';

/** Runs an action on the server, and reports a failure to the user. */
export async function attempt(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    toast({ text: error.message, tone: 'danger' });
  }
}
