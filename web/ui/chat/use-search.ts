import { useState } from 'preact/hooks';
import type { ChatMessage } from '../../../src/protocol/chat.js';
import type { ChatModeration, Wanted } from '../../client/chat-moderation.js';
import { RequestError } from '../../client/request-error.js';

/** The maximum number of messages shown. To see others, the user must narrow the search. */
const SHOWN_MAX = 500;

/** A search and its results. */
export interface Search {
  /** The matches; null before the first search. */
  messages: readonly ChatMessage[] | null;
  /** Whether earlier messages remain to be searched. */
  hasMore: boolean;
  busy: boolean;
  problem: string | null;
  /** The result of the last action, as a sentence. */
  done: string;
  search: (wanted: Wanted) => void;
  more: () => void;
  /**
   * Runs an action and stores its result in `done`.
   * @param change updates the messages that are shown
   */
  act: (action: () => Promise<string>, change?: (message: ChatMessage) => ChatMessage) => void;
}

type Found = Readonly<{
  wanted: Wanted;
  messages: readonly ChatMessage[];
  nextBeforeSeq: number | null;
}>;

/** Searches a channel's messages, one page at a time. */
export function useSearch(moderation: ChatModeration): Search {
  const [found, setFound] = useState<Found | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [done, setDone] = useState('');

  async function run(action: () => Promise<void>): Promise<void> {
    setBusy(true);
    setProblem(null);
    setDone('');
    try {
      await action();
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      setProblem(error.message);
    } finally {
      setBusy(false);
    }
  }
  async function search(wanted: Wanted): Promise<void> {
    setFound({ wanted, ...(await moderation.search(wanted)) });
  }
  async function more({ wanted, messages, nextBeforeSeq }: Found): Promise<void> {
    if (nextBeforeSeq === null) return;
    const further = await moderation.search({ ...wanted, beforeSeq: nextBeforeSeq });
    setFound({
      wanted,
      messages: [...messages, ...further.messages].slice(0, SHOWN_MAX),
      nextBeforeSeq: further.nextBeforeSeq,
    });
  }
  return {
    messages: found && found.messages,
    hasMore: found !== null && found.nextBeforeSeq !== null && found.messages.length < SHOWN_MAX,
    busy,
    problem,
    done,
    search: (wanted) => void run(() => search(wanted)),
    more: () => void (found && run(() => more(found))),
    act: (action, change) =>
      void run(async () => {
        setDone(await action());
        if (change)
          setFound((now) => now && { ...now, messages: now.messages.map((one) => change(one)) });
      }),
  };
}
