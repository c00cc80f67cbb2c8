import { Pin, X } from 'lucide';
import type { Chat } from '../../client/chat.js';
import { Icon } from '../components/icon.js';
import { IconButton } from '../components/icon-button.js';
import { attempt } from './moderating.js';
import { MessageText } from './message-text.js';
import './pinned.css';

/** The pinned message, above the others. */
export function Pinned({ chat, moderates }: { chat: Chat; moderates: boolean }) {
  const message = chat.pinned.value;
  if (!message || message.deleted) return null;
  return (
    <div class="pinned" role="note" aria-label="Pinned message">
      <Icon icon={Pin} size={16} />
      <p>
        <strong>{message.displayName ?? message.name}</strong>{' '}
        <MessageText text={message.text} mentions={message.mentions ?? []} me={null} />
      </p>
      {moderates && (
        <IconButton
          icon={X}
          label="Unpin"
          size="s"
          align="end"
          onClick={() => void attempt(() => chat.moderation.pin(null))}
        />
      )}
    </div>
  );
}
