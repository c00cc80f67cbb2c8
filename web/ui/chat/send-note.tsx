import type { SendError } from '../../client/chat.js';
import { useNow } from '../shell/now.js';
import { sendNote } from './send-trouble.js';

/** Explains why the latest message wasn't sent, counting down to the next attempt. */
export function SendNote({ trouble }: { trouble: SendError }) {
  return <>{sendNote(trouble, useNow(250))}</>;
}
