import { Shield } from 'lucide';
import type { Chat } from '../../client/chat.js';
import { IconButton } from '../components/icon-button.js';
import { useLate } from '../components/use-late.js';
import './moderator-button.css';

export interface ModeratorButtonProps {
  chat: Chat;
  channel: string;
  isOwner: boolean;
}

const loadDialog = () =>
  import('./moderation-dialog.js').then(({ ModerationDialog }) => ModerationDialog);

/** Opens the moderators' dialog, and shows the number of held messages. */
export function ModeratorButton({ chat, channel, isOwner }: ModeratorButtonProps) {
  const { Shown, open, close } = useLate(loadDialog, 'the moderation dialog');
  const held = chat.moderation.heldCount.value;
  return (
    <span class="moderator-button">
      <IconButton
        icon={Shield}
        label={held > 0 ? `Moderation, ${held} pending` : 'Moderation'}
        align="end"
        side="bottom"
        popup="dialog"
        onClick={open}
      />
      {held > 0 && (
        <span class="moderator-button-count figures" aria-hidden="true">
          {held}
        </span>
      )}
      {Shown && <Shown chat={chat} channel={channel} isOwner={isOwner} onClose={close} />}
    </span>
  );
}
