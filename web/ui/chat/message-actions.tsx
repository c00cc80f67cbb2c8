import { Ban, Ellipsis, Reply, SmilePlus, Trash, Undo2 } from 'lucide';
import { FLOATING_EMOJI } from '../../../src/protocol/limits.js';
import type { ChatMessage } from '../../../src/protocol/chat.js';
import { IconButton } from '../components/icon-button.js';
import { Menu, type MenuItem } from '../components/menu.js';
import type { Acts, Moderation } from './message-acts.js';
import { TIMEOUTS } from './timeouts.js';

export interface MessageActionsProps {
  message: ChatMessage;
  /** The actions for everyone who can chat. */
  acts: Acts | null;
  /** The additional actions for moderators. */
  moderation: Moderation | null;
}

/** The buttons that appear over the end of a message. */
export function MessageActions({ message, acts, moderation }: MessageActionsProps) {
  const { name, role, deleted = false } = message;
  return (
    <>
      {acts && !deleted && (
        <>
          <IconButton
            icon={Reply}
            label={`Reply to ${name}`}
            size="s"
            align="end"
            onClick={() => acts.onReply(message)}
          />
          <Menu
            label="React"
            items={FLOATING_EMOJI.map((emoji) => ({
              kind: 'action',
              label: emoji,
              onSelect: () => acts.onReact(message, emoji),
            }))}
            trigger={(tie) => (
              <IconButton icon={SmilePlus} label="React" size="s" align="end" {...tie} />
            )}
          />
        </>
      )}
      {moderation && !deleted && (
        <IconButton
          icon={Trash}
          label="Delete message"
          size="s"
          align="end"
          onClick={() => moderation.onDelete(message)}
        />
      )}
      {moderation && deleted && (
        <IconButton
          icon={Undo2}
          label="Restore message"
          size="s"
          align="end"
          onClick={() => moderation.onRestore(message)}
        />
      )}
      {moderation && role !== 'owner' && (
        <IconButton
          icon={Ban}
          label={`Ban ${name}`}
          size="s"
          align="end"
          onClick={() => moderation.onBan(message)}
        />
      )}
      {moderation && (
        <Menu
          label={`More actions for ${name}’s message`}
          items={moreItems(message, moderation)}
          trigger={(tie) => (
            <IconButton icon={Ellipsis} label="More" size="s" align="end" {...tie} />
          )}
        />
      )}
    </>
  );
}

function moreItems(message: ChatMessage, moderation: Moderation): MenuItem[] {
  const pin: MenuItem = {
    kind: 'action',
    label: 'Pin message',
    onSelect: () => moderation.onPin(message),
  };
  if (message.role === 'owner') return [pin];
  return [
    ...(message.deleted ? [] : [pin]),
    ...TIMEOUTS.map(([length, seconds]): MenuItem => ({
      kind: 'action',
      label: `Time out for ${length}`,
      onSelect: () => moderation.onTimeout(message, seconds),
    })),
    {
      kind: 'action',
      label: `Delete all messages by ${message.name}`,
      danger: true,
      onSelect: () => moderation.onClear(message),
    },
  ];
}
