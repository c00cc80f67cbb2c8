import { useState } from 'preact/hooks';
import { Search as SearchIcon } from 'lucide';
import type { ChatMessage } from '../../../src/protocol/chat.js';
import { SEARCH_MAX, SEARCH_MIN } from '../../../src/protocol/limits.js';
import type { Chat } from '../../client/chat.js';
import { Button } from '../components/button.js';
import { TextField } from '../components/text-field.js';
import { ago, wordyDuration } from '../format/duration.js';
import { counted } from '../format/quantity.js';
import { mayModerate } from './may-moderate.js';
import { askToClear } from './moderating.js';
import { PersonActions } from './person-actions.js';
import { type Search, useSearch } from './use-search.js';

/** Searches messages by text and author, with moderation of the results. */
export function MessageSearch({ chat }: { chat: Chat }) {
  const [query, setQuery] = useState('');
  const [name, setName] = useState('');
  const search = useSearch(chat.moderation);
  const { messages, hasMore, busy, problem, done } = search;
  const words = query.trim();
  const writer = name.trim();
  const isEnough = words.length >= SEARCH_MIN || (words === '' && writer !== '');
  return (
    <div class="moderation-search">
      <form
        class="moderation-row"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isEnough) return;
          search.search({
            ...(words !== '' && { query: words }),
            ...(writer !== '' && { name: writer }),
          });
        }}
      >
        <TextField
          label="Text"
          value={query}
          onInput={setQuery}
          maxLength={SEARCH_MAX}
          autocomplete="off"
        />
        <TextField
          label="Author"
          value={name}
          onInput={setName}
          autocapitalize="none"
          autocomplete="off"
          placeholder="Anyone"
        />
        <Button type="submit" icon={SearchIcon} busy={busy} disabled={!isEnough}>
          Search
        </Button>
      </form>
      <div role="alert">{problem !== null && <p class="moderation-problem">{problem}</p>}</div>
      <p class="moderation-note" role="status">
        {done !== '' ? done : foundNote(search)}
      </p>
      {messages !== null && messages.length > 0 && (
        <ul class="moderation-list">
          {messages.map((message) => (
            <FoundMessage key={message.seq} chat={chat} message={message} search={search} />
          ))}
        </ul>
      )}
      {hasMore && (
        <div class="moderation-more">
          <Button size="s" busy={busy} onClick={search.more}>
            Search further back
          </Button>
        </div>
      )}
    </div>
  );
}

interface FoundMessageProps {
  chat: Chat;
  message: ChatMessage;
  search: Search;
}

function FoundMessage({ chat, message, search: { act } }: FoundMessageProps) {
  const { moderation } = chat;
  const me = chat.me.value;
  const { seq, name, displayName, text, sentAt, deleted = false } = message;
  const whom = { seq };
  const isThis = (one: ChatMessage) => one.seq === seq;
  const isTheirs = (one: ChatMessage) => one.name === name && one.role === message.role;
  return (
    <li>
      <span class="moderation-words">
        <span>
          <strong>{displayName ?? name}</strong>{' '}
          {deleted ? <del class="moderation-was">{text}</del> : text}
        </span>
        <span class="moderation-note">
          {ago(Date.parse(sentAt), Date.now())}
          {deleted && ', deleted'}
        </span>
      </span>
      <Button
        size="s"
        onClick={() =>
          act(
            async () => {
              await (deleted ? moderation.restore(seq) : moderation.delete(seq));
              return deleted ? 'Message restored.' : 'Message deleted.';
            },
            (one) => (isThis(one) ? marked(one, !deleted) : one),
          )
        }
      >
        {deleted ? 'Restore' : 'Delete'}
      </Button>
      {me && mayModerate(me, message) && (
        <PersonActions
          name={name}
          onTimeout={(seconds) =>
            act(async () => {
              await moderation.timeout(whom, seconds);
              return `${name} is timed out for ${wordyDuration(seconds * 1_000)}.`;
            })
          }
          onBan={() =>
            act(async () => {
              await moderation.ban(whom);
              return `${name} is banned.`;
            })
          }
          onUnban={null}
          onClear={() => void clear()}
        />
      )}
    </li>
  );

  async function clear(): Promise<void> {
    if (!(await askToClear(name))) return;
    act(
      async () => `${counted(await moderation.clear(whom), 'message')} deleted.`,
      (one) => (isTheirs(one) ? marked(one, true) : one),
    );
  }
}

/** Marks a message as deleted or restored. Its text is kept, because moderators still see it. */
function marked(message: ChatMessage, isDeleted: boolean): ChatMessage {
  if (isDeleted) return { ...message, deleted: true };
  const restored = { ...message };
  delete restored.deleted;
  return restored;
}

function foundNote({ messages, hasMore }: Search): string {
  if (messages === null) return '';
  if (messages.length > 0) return '';
  return hasMore ? 'No matches so far.' : 'No matching messages.';
}
