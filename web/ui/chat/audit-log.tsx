import type { AuditEntry } from '../../../src/protocol/chat-moderation.js';
import type { ChatModeration } from '../../client/chat-moderation.js';
import { Button } from '../components/button.js';
import { ago } from '../format/duration.js';
import { ModerationList } from './moderation-list.js';
import { useLoaded } from './use-loaded.js';

const DID: Readonly<Record<AuditEntry['action'], string>> = {
  delete: 'deleted a message by',
  restore: 'restored a message by',
  clear: 'deleted all messages by',
  timeout: 'timed out',
  ban: 'banned',
  unban: 'unbanned',
  pin: 'pinned a message by',
  unpin: 'unpinned',
  settings: 'changed the rules:',
  approve: 'approved a message by',
  refuse: 'rejected a message by',
  appoint: 'added moderator',
  dismiss: 'removed moderator',
};

/** The moderation log, with an undo button where possible. */
export function AuditLog({ moderation }: { moderation: ChatModeration }) {
  const loaded = useLoaded(
    () => moderation.audit(),
    (listener) => moderation.onChange(listener),
  );
  return (
    <ModerationList loaded={loaded} none="No moderation actions yet.">
      {({ id, action, by, target, reason, at, undoneAt, undoable }) => (
        <li key={id}>
          <span class="moderation-words">
            <span>
              <strong>{by}</strong> {DID[action]} {target}
            </span>
            <span class="moderation-note">
              {ago(Date.parse(at), Date.now())}
              {reason !== '' && `: ${reason}`}
              {undoneAt !== null && ', undone'}
            </span>
          </span>
          {undoable && undoneAt === null && (
            <Button size="s" onClick={() => loaded.act(() => moderation.undo(id))}>
              Undo
            </Button>
          )}
        </li>
      )}
    </ModerationList>
  );
}
