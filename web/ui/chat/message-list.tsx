import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { ArrowDown } from 'lucide';
import type { Chat, ChatEntry } from '../../client/chat.js';
import { RequestError } from '../../client/request-error.js';
import { Button } from '../components/button.js';
import { Icon } from '../components/icon.js';
import { Spinner } from '../components/spinner.js';
import { type Acts, MessageLine, type Moderation, type Repair } from './message-line.js';
import './message-list.css';

/** This near to the end counts as reading the newest, pixels. */
const AT_END_PX = 48;
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
  const { atEnd, toEnd } = useStickyEnd(scroller, entries, setUnread);
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

/** Arrow keys go from message to message; Tab then reaches what can be done with that one. */
function walk(event: KeyboardEvent): void {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const list = event.currentTarget;
  if (step === undefined || !(list instanceof HTMLElement)) return;
  const messages = [...list.querySelectorAll<HTMLElement>('[data-message]')];
  const current = messages.findIndex((message) => message.contains(document.activeElement));
  const next = current === -1 ? messages.at(-1) : messages[current + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

/**
 * Keeps the newest message in sight until somebody scrolls up, keeps what they read in place when
 * messages come before it, and counts what came after.
 */
function useStickyEnd(
  scroller: { current: HTMLElement | null },
  entries: readonly ChatEntry[],
  setUnread: (change: (unread: number) => number) => void,
) {
  const [atEnd, setAtEnd] = useState(true);
  const stuck = useRef(true);
  const last = useRef({ height: 0, first: '', newest: '', own: 0 });
  const sizes = useRef('');

  function toEnd(): void {
    const element = scroller.current;
    if (!element) return;
    element.scrollTop = element.scrollHeight;
    sizes.current = sizesOf(element);
  }

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const before = last.current;
    const first = keyOf(entries[0]);
    const own = entries.filter(({ kind }) => kind === 'own').length;
    const newest = keyOf(entries.at(-1));
    if (stuck.current || own > before.own) toEnd();
    else if (first !== before.first) element.scrollTop += element.scrollHeight - before.height;
    else if (newest !== before.newest) {
      const seen = entries.findIndex((entry) => keyOf(entry) === before.newest);
      setUnread((unread) => unread + entries.length - 1 - seen);
    }
    last.current = { height: element.scrollHeight, first, newest, own };
  }, [entries]);

  useEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    function onScroll(): void {
      if (!element) return;
      // Something grew or shrank: that moved the end away, not the reader.
      if (stuck.current && sizesOf(element) !== sizes.current) return toEnd();
      stuck.current = element.scrollHeight - element.scrollTop - element.clientHeight < AT_END_PX;
      setAtEnd(stuck.current);
      if (stuck.current) setUnread(() => 0);
    }
    // A keyboard that slides in, a tab that is shown: the end stays in sight.
    const resized = new ResizeObserver(() => {
      if (stuck.current) toEnd();
    });
    resized.observe(element);
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      resized.disconnect();
      element.removeEventListener('scroll', onScroll);
    };
  }, []);

  return { atEnd, toEnd };
}

function sizesOf({ clientHeight, scrollHeight }: HTMLElement): string {
  return `${clientHeight} of ${scrollHeight}`;
}

function keyOf(entry: ChatEntry | undefined): string {
  if (!entry) return '';
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
