import type { ChatMessage } from '../../../src/protocol/chat.js';
import type { Chat } from '../../client/chat.js';
import { RequestError } from '../../client/request-error.js';
import { toast } from '../components/toast.js';
import type { Moderation } from './message-line.js';

/** What the channel's owner can do with messages; what goes wrong is said in a toast. */
export function moderationOf(chat: Chat): Moderation {
  async function attempt(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      toast({ text: error.message, tone: 'danger' });
    }
  }
  async function ban({ seq, name }: ChatMessage): Promise<void> {
    const { id } = await chat.ban(seq);
    toast({
      text: `${name} can’t write here any more.`,
      tone: 'good',
      action: { label: 'Undo', onSelect: () => void attempt(() => chat.unban(id)) },
    });
  }
  return {
    onDelete: ({ seq }) => void attempt(() => chat.delete(seq)),
    onBan: (message) => void attempt(() => ban(message)),
  };
}
