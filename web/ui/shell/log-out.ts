import { at } from '../../client/base-path.js';
import { api } from '../../client/api.js';
import { RequestError } from '../../client/request-error.js';
import { toast } from '../components/toast.js';

/** Logs out and opens the directory; errors appear in a toast. */
export async function logOut(): Promise<void> {
  try {
    await api.logout();
    location.assign(at('/'));
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    toast({ text: `Couldn’t log out. ${error.message}`, tone: 'danger' });
  }
}
