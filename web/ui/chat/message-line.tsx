import { Component } from 'preact';
import type { ChatMessage, ChatQuote } from '../../../src/protocol/chat.js';
import type { OutboxEntry } from '../../client/chat-outbox.js';
import { Button } from '../components/button.js';
import { hueOf } from '../format/identity.js';
import { MessageActions } from './message-actions.js';
import type { Acts, Moderation } from './message-acts.js';
import { MessageText } from './message-text.js';
import './message-line.css';

/** In the reader's own way, 24 hours or 12. */
const time = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });

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
  acts: Acts | null;
  moderation: Moderation | null;
  repair: Repair;
  /** One's own name, as mentions have it. */
  me: string | null;
}

/** One message. Drawn again only when something of it changed: a busy chat has hundreds. */
export class MessageLine extends Component<MessageLineProps> {
  override shouldComponentUpdate(next: MessageLineProps): boolean {
    const { props } = this;
    return (
      next.message !== props.message ||
      next.entry !== props.entry ||
      next.name !== props.name ||
      next.moderation !== props.moderation ||
      next.acts !== props.acts ||
      next.me !== props.me
    );
  }

  render(props: MessageLineProps) {
    const { name, role, text, sentMs, message, entry, acts, moderation, repair, me } = props;
    const deleted = message?.deleted ?? false;
    const onItsWay = entry !== null && entry.state.name !== 'failed';
    const quote = message?.replyTo ?? entry?.replyTo;
    const mentions = message?.mentions ?? [];
    const classes = ['message'];
    if (onItsWay) classes.push('message-pending');
    if (me !== null && mentions.includes(me)) classes.push('message-to-me');
    return (
      <li
        class={classes.join(' ')}
        tabIndex={-1}
        data-message
        {...(message && { id: `message-${message.seq}` })}
      >
        {quote && <Quote quote={quote} />}
        <span class="message-name tinted" style={{ '--hue': hueOf(name) }}>
          {message?.displayName ?? name}
        </span>{' '}
        {role === 'owner' && <span class="message-role">Owner</span>}
        {role === 'moderator' && <span class="message-role">Moderator</span>}{' '}
        {deleted && <span class="message-deleted">Deleted by a moderator</span>}
        {deleted && text !== '' && <del class="message-was">{text}</del>}
        {!deleted && <MessageText text={text} mentions={mentions} me={me} />}
        {onItsWay && entry.state.name !== 'held' && <span class="visually-hidden">, sending</span>}
        {entry?.state.name === 'held' && <span class="message-held">Waits for a moderator</span>}
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
        {message?.reactions && !deleted && <Reactions message={message} acts={acts} />}
        <span class="message-aside">
          <time class="figures" dateTime={new Date(sentMs).toISOString()}>
            {time.format(sentMs)}
          </time>
          {message && <MessageActions message={message} acts={acts} moderation={moderation} />}
        </span>
      </li>
    );
  }
}

/** What a message answers; a press goes there, if it is loaded. */
function Quote({ quote }: { quote: ChatQuote }) {
  const { seq, name, displayName, text, deleted = false } = quote;
  return (
    <button
      class="message-quote"
      type="button"
      onClick={() => document.getElementById(`message-${seq}`)?.focus()}
    >
      <span class="visually-hidden">In reply to</span>↪ {displayName ?? name}:{' '}
      {deleted ? <em>deleted</em> : text}
    </button>
  );
}

function Reactions({ message, acts }: { message: ChatMessage; acts: Acts | null }) {
  if (!message.reactions || message.reactions.length === 0) return null;
  return (
    <span class="message-reactions">
      {message.reactions.map(({ emoji, count, mine = false }) => (
        <button
          key={emoji}
          class="message-reaction figures"
          type="button"
          aria-pressed={mine}
          aria-label={`${emoji}, ${count}`}
          disabled={acts === null}
          onClick={() => acts?.onReact(message, emoji)}
        >
          {emoji} {count}
        </button>
      ))}
    </span>
  );
}
