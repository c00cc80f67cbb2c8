import type { ComponentType } from 'preact';
import { useState } from 'preact/hooks';
import { Shield } from 'lucide';
import type { Chat } from '../../client/chat.js';
import { IconButton } from '../components/icon-button.js';
import { toast } from '../components/toast.js';
import type { ModerationDialogProps } from './moderation-dialog.js';
import './moderator-button.css';

export interface ModeratorButtonProps {
  chat: Chat;
  channel: string;
  isOwner: boolean;
}

/** The way to what only moderators see; with the number of messages that wait for their word. */
export function ModeratorButton({ chat, channel, isOwner }: ModeratorButtonProps) {
  const [Dialog, setDialog] = useState<ComponentType<ModerationDialogProps> | null>(null);
  const [isOpen, setOpen] = useState(false);
  const held = chat.moderation.heldCount.value;

  async function open(): Promise<void> {
    setOpen(true);
    try {
      const { ModerationDialog } = await import('./moderation-dialog.js');
      setDialog(() => ModerationDialog);
    } catch {
      // The network went between the page and this part of it.
      setOpen(false);
      toast({ text: 'That could not be loaded. Try again.', tone: 'danger' });
    }
  }
  return (
    <span class="moderator-button">
      <IconButton
        icon={Shield}
        label={held > 0 ? `Moderation, ${held} waiting` : 'Moderation'}
        align="end"
        side="bottom"
        popup="dialog"
        onClick={() => void open()}
      />
      {held > 0 && (
        <span class="moderator-button-count figures" aria-hidden="true">
          {held}
        </span>
      )}
      {isOpen && Dialog && (
        <Dialog chat={chat} channel={channel} isOwner={isOwner} onClose={() => setOpen(false)} />
      )}
    </span>
  );
}
