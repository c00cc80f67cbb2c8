import { Component } from 'preact';
import { Ban, Trash } from 'lucide';
import type { ChatMessage } from '../../../src/protocol/chat.js';
import type { OutboxEntry } from '../../client/chat-outbox.js';
import { Button } from '../components/button.js';
import { IconButton } from '../components/icon-button.js';
import { hueOf } from '../format/identity.js';
import './message-line.css';

/** In the reader's own way, 24 hours or 12. */
const time = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });

/** What a moderator can do with a message. */
export interface Moderation {
  onDelete: (message: ChatMessage) => void;
  onBan: (message: ChatMessage) => void;
}

/** What a sender can do with a message that was not sent. */
export interface Repair {
  onRetry: (entry: OutboxEntry) => void;
  onEdit: (entry: OutboxEntry) => void;
}

export interface MessageLineProps {
  name: string;
  role: ChatMessage['role'];
  text: string;
  sentMs: number;
  /** The stored message; null for one's own on its way. */
  message: ChatMessage | null;
  /** One's own on its way; null for a stored one. */
  entry: OutboxEntry | null;
  moderation: Moderation | null;
  repair: Repair;
}

/** One message. Drawn again only when something of it changed: a busy chat has hundreds. */
export class MessageLine extends Component<MessageLineProps> {
  override shouldComponentUpdate(next: MessageLineProps): boolean {
    const { props } = this;
    return (
      next.message !== props.message ||
      next.entry !== props.entry ||
      next.name !== props.name ||
      next.moderation !== props.moderation
    );
  }

  render({ name, role, text, sentMs, message, entry, moderation, repair }: MessageLineProps) {
    const deleted = message?.deleted ?? false;
    const failed = entry?.state.name === 'failed';
    const onItsWay = entry !== null && !failed;
    return (
      <li class={onItsWay ? 'message message-pending' : 'message'} tabIndex={-1} data-message>
        <span class="message-name tinted" style={{ '--hue': hueOf(name) }}>
          {name}
        </span>{' '}
        {role === 'owner' && <span class="message-role">Owner</span>}{' '}
        {deleted ? (
          <span class="message-deleted">Message deleted</span>
        ) : (
          <span class="message-text">{text}</span>
        )}
        {onItsWay && <span class="visually-hidden">, sending</span>}
        {entry?.state.name === 'failed' && (
          <span class="message-failed">
            <span>Not sent. {entry.state.error.message}</span>
            <Button size="s" onClick={() => repair.onRetry(entry)}>
              Try again
            </Button>
            <Button size="s" variant="ghost" onClick={() => repair.onEdit(entry)}>
              Edit
            </Button>
          </span>
        )}
        <span class="message-aside">
          <time class="figures" dateTime={new Date(sentMs).toISOString()}>
            {time.format(sentMs)}
          </time>
          {moderation && message && !deleted && (
            <>
              <IconButton
                icon={Trash}
                label="Delete message"
                size="s"
                align="end"
                onClick={() => moderation.onDelete(message)}
              />
              {role !== 'owner' && (
                <IconButton
                  icon={Ban}
                  label={`Ban ${name}`}
                  size="s"
                  align="end"
                  onClick={() => moderation.onBan(message)}
                />
              )}
            </>
          )}
        </span>
      </li>
    );
  }
}
