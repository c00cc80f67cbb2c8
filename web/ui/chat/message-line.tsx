import { Component, type ComponentChildren } from 'preact';
import type { ChatMessage, ChatQuote } from '../../../src/protocol/chat.js';
import { assertNever } from '../../../src/protocol/assert-never.js';
import type { OutboxEntry, OutboxState } from '../../client/chat-outbox.js';
import type { ChatEntry } from '../../client/chat.js';
import { Button } from '../components/button.js';
import { hueOf } from '../format/identity.js';
import { MessageActions } from './message-actions.js';
import type { Acts, Moderation } from './message-acts.js';
import { MessageText } from './message-text.js';
import './message-line.css';

/** Formats the time in the reader's locale, on a 12-hour or 24-hour clock. */
const time = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });

/** The author's actions on a message that failed to send. */
export interface Repair {
  onRetry: (entry: OutboxEntry) => void;
  onEdit: (entry: OutboxEntry) => void;
}

export interface MessageLineProps {
  entry: ChatEntry;
  acts: Acts | null;
  moderation: Moderation | null;
  repair: Repair | null;
  /** The user's own name, in the form used in mentions. */
  me: string | null;
}

/**
 * A message. It is rendered again only when its data changes, because a busy chat contains hundreds
 * of messages.
 */
export class MessageLine extends Component<MessageLineProps> {
  override shouldComponentUpdate(next: MessageLineProps): boolean {
    const { props } = this;
    return (
      !isSame(next.entry, props.entry) ||
      next.moderation !== props.moderation ||
      next.acts !== props.acts ||
      next.me !== props.me
    );
  }

  render({ entry, acts, moderation, repair, me }: MessageLineProps) {
    return entry.kind === 'message' ? (
      <Stored message={entry.message} acts={acts} moderation={moderation} me={me} />
    ) : (
      <Own {...entry} repair={repair} me={me} />
    );
  }
}

/** Returns whether both entries render the same. */
function isSame(a: ChatEntry, b: ChatEntry): boolean {
  if (a.kind === 'message') return b.kind === 'message' && a.message === b.message;
  return b.kind === 'own' && a.entry === b.entry && a.name === b.name && a.role === b.role;
}

type StoredProps = { message: ChatMessage } & Omit<MessageLineProps, 'entry' | 'repair'>;

function Stored({ message, acts, moderation, me }: StoredProps) {
  const { seq, name, displayName = name, role, text, sentAt, replyTo, mentions = [] } = message;
  const isDeleted = message.deleted ?? false;
  return (
    <Line
      id={`message-${seq}`}
      look={me !== null && mentions.includes(me) ? 'message message-to-me' : 'message'}
      quote={replyTo}
      sender={{ name, displayName, role }}
      sentMs={Date.parse(sentAt)}
      actions={<MessageActions message={message} acts={acts} moderation={moderation} />}
    >
      {isDeleted && <span class="message-deleted">Deleted by a moderator</span>}
      {isDeleted && text !== '' && <del class="message-was">{text}</del>}
      {!isDeleted && <MessageText text={text} mentions={mentions} me={me} />}
      {message.reactions && !isDeleted && <Reactions message={message} acts={acts} />}
    </Line>
  );
}

type OwnProps = Extract<ChatEntry, { kind: 'own' }> & Pick<MessageLineProps, 'repair' | 'me'>;

/** A message by the user that isn't stored yet. */
function Own({ entry, name, role, repair, me }: OwnProps) {
  return (
    <Line
      look={entry.state.name === 'failed' ? 'message' : 'message message-pending'}
      quote={entry.replyTo}
      sender={{ name, displayName: name, role }}
      sentMs={entry.typedMs}
    >
      <MessageText text={entry.text} mentions={[]} me={me} />
      <Progress state={entry.state}>
        {repair && (
          <>
            <Button size="s" onClick={() => repair.onRetry(entry)}>
              Try again
            </Button>
            <Button size="s" variant="ghost" onClick={() => repair.onEdit(entry)}>
              Edit
            </Button>
          </>
        )}
      </Progress>
    </Line>
  );
}

/** The status of a message by the user. `children` are the actions after a failure. */
function Progress({ state, children }: { state: OutboxState; children: ComponentChildren }) {
  switch (state.name) {
    case 'pending':
    case 'sent':
      return <span class="visually-hidden">, sending</span>;
    case 'held':
      return <span class="message-held">Waiting for approval</span>;
    case 'failed':
      return (
        <span class="message-failed">
          <span>Not sent. {state.error.message}</span>
          {children}
        </span>
      );
    default:
      return assertNever(state);
  }
}

interface LineProps {
  id?: string;
  look: string;
  quote: ChatQuote | undefined;
  sender: { name: string; displayName: string; role: ChatMessage['role'] };
  sentMs: number;
  actions?: ComponentChildren;
  children: ComponentChildren;
}

function Line({ id, look, quote, sender, sentMs, actions, children }: LineProps) {
  const { name, displayName, role } = sender;
  return (
    <li class={look} tabIndex={-1} data-message {...(id !== undefined && { id })}>
      {quote && <Quote quote={quote} />}
      <span class="message-name tinted" style={{ '--hue': hueOf(name) }}>
        {displayName}
      </span>{' '}
      {role === 'owner' && <span class="message-role">Owner</span>}
      {role === 'moderator' && <span class="message-role">Moderator</span>} {children}
      <span class="message-aside">
        <time class="figures" dateTime={new Date(sentMs).toISOString()}>
          {time.format(sentMs)}
        </time>
        {actions}
      </span>
    </li>
  );
}

/** The quoted message that this one replies to. A click focuses the original if it is loaded. */
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
