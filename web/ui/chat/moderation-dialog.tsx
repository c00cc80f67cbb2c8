import { useState } from 'preact/hooks';
import type { Chat } from '../../client/chat.js';
import { Button } from '../components/button.js';
import { Dialog } from '../components/dialog.js';
import { Tabs } from '../components/tabs.js';
import { AuditLog } from './audit-log.js';
import { BanList } from './ban-list.js';
import { HeldList } from './held-list.js';
import { ModeratorList } from './moderator-list.js';
import { MessageSearch } from './message-search.js';
import { RulesForm } from './rules-form.js';
import { ViewerList } from './viewer-list.js';
import './moderation-dialog.css';

export interface ModerationDialogProps {
  chat: Chat;
  channel: string;
  isOwner: boolean;
  onClose: () => void;
}

type ModerationTab = 'rules' | 'held' | 'viewers' | 'search' | 'bans' | 'log' | 'moderators';

/** The moderators' dialog: rules, held messages, viewers, search, bans, log, and moderators. */
export function ModerationDialog({ chat, channel, isOwner, onClose }: ModerationDialogProps) {
  const { moderation } = chat;
  const held = moderation.heldCount.value;
  const [tab, setTab] = useState<ModerationTab>(held > 0 ? 'held' : 'rules');
  return (
    <Dialog title="Moderation" onClose={onClose} actions={<Button onClick={onClose}>Close</Button>}>
      <div class="moderation">
        <Tabs
          label="Moderation"
          selected={tab}
          onSelect={setTab}
          tabs={[
            { id: 'rules', label: 'Rules', content: <RulesForm moderation={moderation} /> },
            {
              id: 'held',
              label: 'Pending',
              note: held > 0 ? held : undefined,
              content: <HeldList moderation={moderation} />,
            },
            {
              id: 'viewers',
              label: 'Viewers',
              // The list polls the server, so it is rendered only while its tab is selected.
              content: tab === 'viewers' && <ViewerList chat={chat} />,
            },
            { id: 'search', label: 'Search', content: <MessageSearch chat={chat} /> },
            { id: 'bans', label: 'Banned', content: <BanList moderation={moderation} /> },
            { id: 'log', label: 'Log', content: <AuditLog moderation={moderation} /> },
            {
              id: 'moderators',
              label: 'Moderators',
              content: <ModeratorList channel={channel} mayChange={isOwner} />,
            },
          ]}
        />
      </div>
    </Dialog>
  );
}
