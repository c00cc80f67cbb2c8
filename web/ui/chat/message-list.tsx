import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Chat, ChatEntry } from '../../client/chat.js';
import { RequestError } from '../../client/request-error.js';
import { Button } from '../components/button.js';
import { Spinner } from '../components/spinner.js';
import type { Acts, Moderation } from './message-acts.js';
import { MessageLine, type Repair } from './message-line.js';
import { MessageScroller } from './message-scroller.js';

/** The distance from the top at which earlier messages are fetched, in pixels. */
const NEAR_START_PX = 120;

export interface MessageListProps {
  chat: Chat;
  acts: Acts | null;
  moderation: Moderation | null;
  repair: Repair;
  /** The user's own name, in the form used in mentions. */
  me: string | null;
}

/** The messages of a chat. Earlier ones are loaded when the user scrolls up. */
export function MessageList({ chat, ...lines }: MessageListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const entries = chat.entries.value;
  const shown = useMemo(
    () => ({
      keys: entries.map(keyOf),
      own: entries.filter(({ kind }) => kind === 'own').length,
    }),
    [entries],
  );
  const earlier = useEarlier(chat, scroller);
  const state = entries.length === 0 ? chat.state.value : null;
  return (
    <MessageScroller
      shown={shown}
      scroller={scroller}
      endLabel={endLabel}
      notes={
        <>
          {earlier.state === 'loading' && (
            <p class="messages-loading">
              <Spinner size={16} label="Loading earlier messages" />
            </p>
          )}
          {earlier.state === 'failed' && (
            <p class="messages-earlier">
              Couldn’t load earlier messages.{' '}
              <Button size="s" onClick={earlier.load}>
                Try again
              </Button>
            </p>
          )}
          {state === 'connecting' && (
            <p class="messages-none">
              <Spinner label="Connecting to the chat" />
            </p>
          )}
          {state === 'ready' && <p class="messages-none">No messages yet. Say hello.</p>}
        </>
      }
    >
      {entries.map((entry) => (
        <MessageLine key={keyOf(entry)} entry={entry} {...lines} />
      ))}
    </MessageScroller>
  );
}

function endLabel(unread: number): string {
  return unread > 0 ? `${unread} new ${unread === 1 ? 'message' : 'messages'}` : 'Newest messages';
}

function keyOf(entry: ChatEntry): string {
  return entry.kind === 'message' ? entry.message.nonce : entry.entry.nonce;
}

/** Fetches earlier messages when the user scrolls near the top. */
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
