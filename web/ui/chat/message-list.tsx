import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ArrowDown } from 'lucide';
import type { Chat, ChatEntry } from '../../client/chat.js';
import { RequestError } from '../../client/request-error.js';
import { Button } from '../components/button.js';
import { Icon } from '../components/icon.js';
import { Spinner } from '../components/spinner.js';
import type { Acts, Moderation } from './message-acts.js';
import { MessageLine, type Repair } from './message-line.js';
import { useStickyEnd } from './use-sticky-end.js';
import { walk } from './walk.js';
import './message-list.css';

/** This near to the beginning earlier messages are fetched, pixels. */
const NEAR_START_PX = 120;

export interface MessageListProps {
  chat: Chat;
  acts: Acts | null;
  moderation: Moderation | null;
  repair: Repair;
  /** One's own name, as mentions have it. */
  me: string | null;
}

type LineProps = Omit<MessageListProps, 'chat'>;

/** The messages, the newest at the foot; stays put while somebody reads back. */
export function MessageList({ chat, ...lines }: MessageListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [unread, setUnread] = useState(0);
  const entries = chat.entries.value;
  const shown = useMemo(
    () => ({
      keys: entries.map(keyOf),
      own: entries.filter(({ kind }) => kind === 'own').length,
    }),
    [entries],
  );
  const { atEnd, toEnd } = useStickyEnd(scroller, shown, setUnread);
  const earlier = useEarlier(chat, scroller);

  return (
    <div class="messages">
      <div
        class="messages-scroller"
        ref={scroller}
        role="log"
        aria-label="Chat messages"
        // Every message read out would drown the page: who wants them reads them here.
        aria-live="off"
        tabIndex={0}
        onKeyDown={walk}
      >
        {earlier.state === 'failed' && (
          <p class="messages-earlier">
            Earlier messages could not be loaded.{' '}
            <Button size="s" onClick={earlier.load}>
              Try again
            </Button>
          </p>
        )}
        {entries.length === 0 && chat.state.value === 'connecting' && (
          <p class="messages-none">
            <Spinner label="Connecting to the chat" />
          </p>
        )}
        {entries.length === 0 && chat.state.value === 'ready' && (
          <p class="messages-none">No messages yet. Say hello.</p>
        )}
        <ol class="messages-list">{entries.map((entry) => line(entry, lines))}</ol>
      </div>
      {earlier.state === 'loading' && (
        <p class="messages-loading">
          <Spinner size={16} label="Loading earlier messages" />
        </p>
      )}
      {!atEnd && (
        <button class="messages-new figures" type="button" onClick={toEnd}>
          <Icon icon={ArrowDown} size={14} />
          {unread > 0
            ? `${unread} new ${unread === 1 ? 'message' : 'messages'}`
            : 'Newest messages'}
        </button>
      )}
    </div>
  );
}

function line(shown: ChatEntry, { acts, moderation, repair, me }: LineProps) {
  if (shown.kind === 'message') {
    const { message } = shown;
    return (
      <MessageLine
        key={message.nonce}
        name={message.name}
        role={message.role}
        text={message.text}
        sentMs={Date.parse(message.sentAt)}
        message={message}
        entry={null}
        acts={acts}
        moderation={moderation}
        repair={repair}
        me={me}
      />
    );
  }
  const { entry, name, role } = shown;
  return (
    <MessageLine
      key={entry.nonce}
      name={name}
      role={role}
      text={entry.text}
      sentMs={entry.typedMs}
      message={null}
      entry={entry}
      acts={null}
      moderation={null}
      repair={repair}
      me={me}
    />
  );
}

function keyOf(entry: ChatEntry): string {
  return entry.kind === 'message' ? entry.message.nonce : entry.entry.nonce;
}

/** Fetches earlier messages when somebody comes near the first. */
function useEarlier(chat: Chat, scroller: { current: HTMLElement | null }) {
  const [state, setState] = useState<'idle' | 'loading' | 'failed'>('idle');
  const loading = useRef(false);

  async function run(): Promise<void> {
    loading.current = true;
    setState('loading');
    try {
      await chat.loadEarlier();
      setState('idle');
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      setState('failed');
    } finally {
      loading.current = false;
    }
  }
  function load(): void {
    if (!loading.current && chat.hasEarlier.peek()) void run();
  }

  useEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    function onScroll(): void {
      if (element && element.scrollTop < NEAR_START_PX) load();
    }
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => element.removeEventListener('scroll', onScroll);
  }, [chat]);

  return { state, load };
}
