import { useState } from 'preact/hooks';
import type { ChatMessage } from '../../../src/protocol/chat.js';
import type { ChatModeration, Wanted } from '../../client/chat-moderation.js';
import { RequestError } from '../../client/request-error.js';

/** Messages that are shown of one search; who needs more searches for something nearer. */
const SHOWN_MAX = 500;

/** Messages that were found; null: nothing was searched for yet. */
export interface Search {
  messages: readonly ChatMessage[] | null;
  /** There is more further back. */
  hasMore: boolean;
  busy: boolean;
  problem: string | null;
  /** What was done last, in a sentence. */
  done: string;
  search: (wanted: Wanted) => void;
  more: () => void;
  /**
   * Does something, then says `done`.
   * @param change what became of a message that is shown
   */
  act: (action: () => Promise<string>, change?: (message: ChatMessage) => ChatMessage) => void;
}

type Found = Readonly<{
  wanted: Wanted;
  messages: readonly ChatMessage[];
  nextBeforeSeq: number | null;
}>;

/** Searches a channel's messages, a stretch at a time. */
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
