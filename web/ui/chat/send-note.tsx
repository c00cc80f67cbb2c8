import type { SendError } from '../../client/chat.js';
import { useNow } from '../shell/now.js';
import { sendNote } from './send-trouble.js';

/** Says why the latest message has not gone through, counting down to the next try. */
export function SendNote({ trouble }: { trouble: SendError }) {
  return <>{sendNote(trouble, useNow(250))}</>;
}
