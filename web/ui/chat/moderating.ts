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

/** Runs an action and shows an error as a toast. */
export async function attempt(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    toast({ text: error.message, tone: 'danger' });
  }
}

/**
 * Asks for confirmation before all messages by a person are deleted; resolves to true if confirmed.
 */
export function askToClear(name: string): Promise<boolean> {
  return confirm({
    title: `Delete all messages by ${name}?`,
    text: 'Everyone will see that they were deleted. You can undo this in the log.',
    action: 'Delete messages',
    danger: true,
  });
}

/** Creates the actions for everyone who can chat. */
export function actsOf(chat: Chat, writing: Writing): Acts {
  return {
    onReply: (message) => writing.reply(message),
    onReact: ({ seq, reactions }, emoji) => {
      const mine = reactions?.find((reaction) => reaction.emoji === emoji)?.mine ?? false;
      void attempt(() => chat.react(seq, emoji, !mine));
    },
  };
}

/** Creates the actions for the owner and moderators. */
export function moderationOf({ moderation }: Chat): Moderation {
  function toastWithUndo(text: string, { id }: ChatBanView): void {
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
    toastWithUndo(`${name} is banned.`, await moderation.ban({ seq }));
  }
  async function timeout({ seq, name }: ChatMessage, seconds: number): Promise<void> {
    const done = await moderation.timeout({ seq }, seconds);
    toastWithUndo(`${name} is timed out for ${wordyDuration(seconds * 1_000)}.`, done);
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
