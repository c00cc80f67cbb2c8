import { useMemo } from 'preact/hooks';
import type { ReadonlySignal } from '@preact/signals';
import type { Chat } from '../../client/chat.js';
import type { ConnectionStatus } from '../../client/connection.js';
import { ChatFoot } from './chat-foot.js';
import { MessageList } from './message-list.js';
import type { Repair } from './message-line.js';
import { moderationOf } from './moderating.js';
import { Writing } from './writing.js';
import './chat-panel.css';

export interface ChatPanelProps {
  chat: Chat;
  /** The channel's name. */
  channel: string;
  connection: ReadonlySignal<ConnectionStatus>;
  /** A heading of its own, where no tab says what this is. */
  heading?: boolean;
}

/** A channel's chat: reading, writing, moderating. Fills its container. */
export function ChatPanel({ chat, channel, connection, heading = false }: ChatPanelProps) {
  const writing = useMemo(() => new Writing(chat, channel), [chat, channel]);
  const repair = useMemo<Repair>(
    () => ({ onRetry: (entry) => writing.retry(entry), onEdit: (entry) => writing.edit(entry) }),
    [writing],
  );
  const moderator = chat.me.value?.role === 'owner';
  const moderation = useMemo(() => (moderator ? moderationOf(chat) : null), [chat, moderator]);
  return (
    <section class="chat" aria-label="Chat">
      {heading && <h2 class="chat-heading">Chat</h2>}
      <MessageList chat={chat} moderation={moderation} repair={repair} />
      <ChatFoot chat={chat} writing={writing} connection={connection} />
    </section>
  );
}
