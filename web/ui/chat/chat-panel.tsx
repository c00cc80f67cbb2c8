import { useMemo, useState } from 'preact/hooks';
import type { ReadonlySignal } from '@preact/signals';
import { Ban, WifiOff } from 'lucide';
import type { ChatMessage } from '../../../src/protocol/chat.js';
import type { Chat } from '../../client/chat.js';
import type { ConnectionStatus } from '../../client/connection.js';
import { RequestError } from '../../client/request-error.js';
import { Button } from '../components/button.js';
import { Icon } from '../components/icon.js';
import { toast } from '../components/toast.js';
import { loginAddress } from '../shell/next.js';
import { useNow } from '../shell/now.js';
import { Composer } from './composer.js';
import { keepDraft, readDraft } from './draft.js';
import { GuestLine } from './guest-line.js';
import { keepGuestName, readGuestName } from './guest-name.js';
import { MessageList } from './message-list.js';
import type { Moderation, Repair } from './message-line.js';
import { sendNote } from './send-note.js';
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
  const [text, setText] = useState(() => readDraft(channel));
  const [guestName, setGuestName] = useState(readGuestName);
  const me = chat.me.value;
  const moderator = me?.role === 'owner';
  const moderation = useMemo(() => (moderator ? moderationOf(chat) : null), [chat, moderator]);

  function write(next: string): void {
    setText(next);
    keepDraft(channel, next);
  }
  const asGuest = me?.role === 'guest' ? guestName : undefined;
  const repair = useMemo<Repair>(
    () => ({
      onRetry: ({ nonce }) =>
        chat.retry(nonce, chat.me.peek()?.role === 'guest' ? readGuestName() : undefined),
      onEdit: ({ nonce }) => {
        const failed = chat.discard(nonce);
        if (failed !== undefined) {
          setText((typed) => (typed.trim() === '' ? failed : `${failed} ${typed}`));
        }
      },
    }),
    [chat],
  );

  return (
    <section class="chat" aria-label="Chat">
      {heading && <h2 class="chat-heading">Chat</h2>}
      <MessageList chat={chat} moderation={moderation} repair={repair} />
      <div class="chat-foot">
        {connection.value === 'offline' && (
          <p class="chat-notice" role="status">
            <Icon icon={WifiOff} size={16} />
            No connection. What you send waits above until it is back.
          </p>
        )}
        <Foot
          chat={chat}
          text={text}
          onText={write}
          onSend={() => {
            if (chat.send(text.trim(), asGuest)) write('');
          }}
          guestName={guestName}
          onGuestName={(name) => {
            setGuestName(name);
            keepGuestName(name);
          }}
        />
      </div>
    </section>
  );
}

interface FootProps {
  chat: Chat;
  text: string;
  onText: (text: string) => void;
  onSend: () => void;
  guestName: string;
  onGuestName: (name: string) => void;
}

/** The text box, or why there is none. */
function Foot({ chat, text, onText, onSend, guestName, onGuestName }: FootProps) {
  const trouble = chat.sendError.value;
  const note = sendNote(trouble, useNow(250));
  const me = chat.me.value;
  if (chat.state.value === 'gone') {
    return <p class="chat-notice">This channel is gone, and its chat with it.</p>;
  }
  if (me?.banned) {
    return (
      <p class="chat-notice" role="status">
        <Icon icon={Ban} size={16} />
        The owner has banned you from writing here. You can read on.
      </p>
    );
  }
  if (me && !me.canWrite) {
    return (
      <div class="chat-log-in">
        <p>Log in to write in this chat.</p>
        <Button variant="primary" href={loginAddress(location)}>
          Log in
        </Button>
      </div>
    );
  }
  return (
    <>
      {me?.role === 'guest' && (
        <GuestLine
          name={guestName}
          onName={onGuestName}
          refusal={trouble?.error.code === 'guest_name_taken' ? trouble.error.message : undefined}
        />
      )}
      <Composer
        text={text}
        onText={onText}
        onSend={onSend}
        placeholder="Say something"
        note={note}
      />
    </>
  );
}

function moderationOf(chat: Chat): Moderation {
  async function attempt(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      toast({ text: error.message, tone: 'danger' });
    }
  }
  async function ban({ seq, name }: ChatMessage): Promise<void> {
    const { id } = await chat.ban(seq);
    toast({
      text: `${name} can’t write here any more.`,
      tone: 'good',
      action: { label: 'Undo', onSelect: () => void attempt(() => chat.unban(id)) },
    });
  }
  return {
    onDelete: ({ seq }) => void attempt(() => chat.delete(seq)),
    onBan: (message) => void attempt(() => ban(message)),
  };
}
