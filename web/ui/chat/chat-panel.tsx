import { useMemo } from 'preact/hooks';
import type { ReadonlySignal } from '@preact/signals';
import type { Chat } from '../../client/chat.js';
import type { ConnectionStatus } from '../../client/connection.js';
import { ChatFoot, type Role } from './chat-foot.js';
import { MessageList } from './message-list.js';
import type { Repair } from './message-line.js';
import { actsOf, moderationOf } from './moderating.js';
import { ModeratorButton } from './moderator-button.js';
import { Pinned } from './pinned.js';
import { mentionName } from './text-pieces.js';
import { Writing } from './writing.js';
import './chat-panel.css';

export interface ChatPanelProps {
  chat: Chat;
  /** The channel's name. */
  channel: string;
  connection: ReadonlySignal<ConnectionStatus>;
  /** The role to assume until the chat reports it, which avoids a layout shift. */
  expectedRole?: Role;
  /** Whether to show a heading, for places without a tab label. */
  heading?: boolean;
}

/** A channel's chat, with the text box and moderation. Fills its container. */
export function ChatPanel(props: ChatPanelProps) {
  const { chat, channel, connection, expectedRole, heading = false } = props;
  const writing = useMemo(() => new Writing(chat, channel), [chat, channel]);
  const repair = useMemo<Repair>(
    () => ({ onRetry: (entry) => writing.retry(entry), onEdit: (entry) => writing.edit(entry) }),
    [writing],
  );
  const role = chat.me.value?.role ?? expectedRole;
  const me = chat.me.value;
  const moderates = role === 'owner' || role === 'moderator';
  const canWrite = me?.canWrite ?? false;
  const moderation = useMemo(() => (moderates ? moderationOf(chat) : null), [chat, moderates]);
  const acts = useMemo(() => (canWrite ? actsOf(chat, writing) : null), [chat, writing, canWrite]);
  return (
    <section class="chat" aria-label="Chat">
      {(heading || moderates) && (
        <div class="chat-heading">
          {heading && <h2>Chat</h2>}
          {moderates && (
            <ModeratorButton chat={chat} channel={channel} isOwner={role === 'owner'} />
          )}
        </div>
      )}
      <Pinned chat={chat} moderates={moderates} />
      <MessageList
        chat={chat}
        acts={acts}
        moderation={moderation}
        repair={repair}
        me={me?.name === undefined || me.name === null ? null : mentionName(me.name)}
      />
      <ChatFoot chat={chat} role={role} writing={writing} connection={connection} />
    </section>
  );
}
