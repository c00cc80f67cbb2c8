import type { ReadonlySignal } from '@preact/signals';
import { Ban, WifiOff, X } from 'lucide';
import type { ChatMessage } from '../../../src/protocol/chat.js';
import type { Chat } from '../../client/chat.js';
import type { ConnectionStatus } from '../../client/connection.js';
import { Button } from '../components/button.js';
import { Icon } from '../components/icon.js';
import { IconButton } from '../components/icon-button.js';
import { wordyDuration } from '../format/duration.js';
import { loginAddress } from '../shell/next.js';
import { useNow } from '../shell/now.js';
import { Composer } from './composer.js';
import { GuestLine } from './guest-line.js';
import { SendNote } from './send-note.js';
import { namesIn, usageOf } from './suggestions.js';
import type { Writing } from './writing.js';
import './chat-foot.css';

export type Role = ChatMessage['role'];

export interface ChatFootProps {
  chat: Chat;
  /** Undefined until the chat is joined. */
  role: Role | undefined;
  writing: Writing;
  connection: ReadonlySignal<ConnectionStatus>;
}

/** The text box with its notes, or the reason why the user can't chat. */
export function ChatFoot({ chat, role, writing, connection }: ChatFootProps) {
  return (
    <div class="chat-foot">
      {connection.value === 'offline' && (
        <p class="chat-notice" role="status">
          <Icon icon={WifiOff} size={16} />
          No connection. Your messages will be sent when it’s back.
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
    return <p class="chat-notice">This channel is no longer available.</p>;
  }
  if (me?.banned) {
    return (
      <p class="chat-notice" role="status">
        <Icon icon={Ban} size={16} />
        {me.bannedUntil === null ? (
          'A moderator banned you from this chat. You can still read it.'
        ) : (
          <TimedOut untilMs={Date.parse(me.bannedUntil)} />
        )}
      </p>
    );
  }
  if (me && !me.canWrite) {
    return (
      <div class="chat-log-in">
        <p>Log in to chat.</p>
        <Button variant="primary" href={loginAddress(location)}>
          Log in
        </Button>
      </div>
    );
  }
  const replying = writing.replyingTo.value;
  const refusal = trouble?.error.code === 'guest_name_taken' ? trouble.error.message : undefined;
  // A rejected name is reported at the name field, and a lost connection in the notice above.
  const hasNote = trouble !== null && refusal === undefined && trouble.error.code !== 'offline';
  return (
    <>
      {replying && (
        <p class="chat-replying">
          <span>
            Replying to <strong>{replying.displayName ?? replying.name}</strong>: {replying.text}
          </span>
          <IconButton icon={X} label="Cancel reply" size="s" onClick={() => writing.reply(null)} />
        </p>
      )}
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
        vocabulary={{
          names: () => namesIn(chat.messages.peek(), me?.name ?? null),
          role: role ?? 'guest',
        }}
        note={
          hasNote ? (
            <SendNote trouble={trouble} />
          ) : (
            (writing.commandNote.value ??
            usageOf(writing.text.value, role ?? 'guest') ??
            rulesNote(chat))
          )
        }
      />
    </>
  );
}

function TimedOut({ untilMs }: { untilMs: number }) {
  const leftMs = Math.max(1_000, untilMs - useNow(1_000));
  return <>You’re timed out. You can chat again in {wordyDuration(leftMs)}.</>;
}

/** Describes a rule that restricts the user in this chat; null if none does. */
function rulesNote(chat: Chat): string | null {
  const rules = chat.rules.value;
  const role = chat.me.value?.role;
  if (!rules || role === 'owner' || role === 'moderator') return null;
  if (rules.emojiOnly) return 'Emoji only';
  if (rules.slowModeS > 0) return `Slow mode: one message every ${rules.slowModeS} s`;
  if (rules.followersOnlyMin !== null) return 'Followers only';
  return null;
}
