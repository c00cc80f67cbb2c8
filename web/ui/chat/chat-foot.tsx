import { useState } from 'preact/hooks';
import type { ReadonlySignal } from '@preact/signals';
import { Ban, WifiOff } from 'lucide';
import type { ChatMessage } from '../../../src/protocol/chat.js';
import type { Chat } from '../../client/chat.js';
import type { ConnectionStatus } from '../../client/connection.js';
import { Button } from '../components/button.js';
import { Icon } from '../components/icon.js';
import { loginAddress } from '../shell/next.js';
import { BanList } from './ban-list.js';
import { Composer } from './composer.js';
import { GuestLine } from './guest-line.js';
import { SendNote } from './send-note.js';
import type { Writing } from './writing.js';
import './chat-foot.css';

export type Role = ChatMessage['role'];

export interface ChatFootProps {
  chat: Chat;
  /** Unknown until one has joined. */
  role: Role | undefined;
  writing: Writing;
  connection: ReadonlySignal<ConnectionStatus>;
}

/** The text box and what there is to say about it, or why there is none. */
export function ChatFoot({ chat, role, writing, connection }: ChatFootProps) {
  return (
    <div class="chat-foot">
      {connection.value === 'offline' && (
        <p class="chat-notice" role="status">
          <Icon icon={WifiOff} size={16} />
          No connection. What you send waits above until it is back.
        </p>
      )}
      <Box chat={chat} role={role} writing={writing} />
    </div>
  );
}

function Box({ chat, role, writing }: Omit<ChatFootProps, 'connection'>) {
  const me = chat.me.value;
  const trouble = chat.sendError.value;
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
  const refusal = trouble?.error.code === 'guest_name_taken' ? trouble.error.message : undefined;
  // Those two are said elsewhere: by the name's field, and by the line without connection.
  const told = trouble !== null && refusal === undefined && trouble.error.code !== 'offline';
  return (
    <>
      {role === 'owner' && <ModeratorLine chat={chat} />}
      {role === 'guest' && (
        <GuestLine
          name={writing.guestName.value}
          onName={(name) => writing.rename(name)}
          refusal={refusal}
        />
      )}
      <Composer
        text={writing.text.value}
        onText={(text) => writing.type(text)}
        onSend={() => writing.send()}
        placeholder="Say something"
        note={told && <SendNote trouble={trouble} />}
      />
    </>
  );
}

function ModeratorLine({ chat }: { chat: Chat }) {
  const [listing, setListing] = useState(false);
  return (
    <div class="chat-moderator">
      <span>You moderate this chat</span>
      <button class="guest-line-link" type="button" onClick={() => setListing(true)}>
        Banned people
      </button>
      {listing && <BanList chat={chat} onClose={() => setListing(false)} />}
    </div>
  );
}
