import type { ChatBanView } from '../../../src/protocol/chat-moderation.js';
import type { ChatMessage } from '../../../src/protocol/chat.js';
import type { Chat } from '../../client/chat.js';
import { RequestError } from '../../client/request-error.js';
import { confirm } from '../components/confirm.js';
import { toast } from '../components/toast.js';
import { wordyDuration } from '../format/duration.js';
import { counted } from '../format/quantity.js';
import type { Acts, Moderation } from './message-acts.js';
import type { Writing } from './writing.js';

/** Does it, and says in a toast what went wrong. */
export async function attempt(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    toast({ text: error.message, tone: 'danger' });
  }
}

/** Asks before all that somebody wrote is deleted; resolves with true to go ahead. */
export function askToClear(name: string): Promise<boolean> {
  return confirm({
    title: `Delete all messages of ${name}?`,
    text: 'Everybody sees that they were deleted. You can undo it in the log.',
    action: 'Delete them',
    danger: true,
  });
}

/** What everybody who may write can do with messages. */
export function actsOf(chat: Chat, writing: Writing): Acts {
  return {
    onReply: (message) => writing.reply(message),
    onReact: ({ seq, reactions }, emoji) => {
      const mine = reactions?.find((reaction) => reaction.emoji === emoji)?.mine ?? false;
      void attempt(() => chat.react(seq, emoji, !mine));
    },
  };
}

/** What the owner and moderators can do with messages and their senders. */
export function moderationOf({ moderation }: Chat): Moderation {
  function told(text: string, { id }: ChatBanView): void {
    toast({
      text,
      tone: 'good',
      action: {
        label: 'Undo',
        onSelect: () => void attempt(() => moderation.unban({ banId: id })),
      },
    });
  }
  async function ban({ seq, name }: ChatMessage): Promise<void> {
    told(`${name} can’t write here any more.`, await moderation.ban({ seq }));
  }
  async function timeout({ seq, name }: ChatMessage, seconds: number): Promise<void> {
    const done = await moderation.timeout({ seq }, seconds);
    told(`${name} can’t write here for ${wordyDuration(seconds * 1_000)}.`, done);
  }
  async function clear({ seq, name }: ChatMessage): Promise<void> {
    if (!(await askToClear(name))) return;
    const deleted = await moderation.clear({ seq });
    toast({ text: `${counted(deleted, 'message')} deleted.`, tone: 'good' });
  }
  return {
    onDelete: ({ seq }) => void attempt(() => moderation.delete(seq)),
    onRestore: ({ seq }) => void attempt(() => moderation.restore(seq)),
    onPin: ({ seq }) => void attempt(() => moderation.pin(seq)),
    onTimeout: (message, seconds) => void attempt(() => timeout(message, seconds)),
    onClear: (message) => void attempt(() => clear(message)),
    onBan: (message) => void attempt(() => ban(message)),
  };
}
