import type { AuditEntry } from '../../../src/protocol/chat-moderation.js';
import type { ChatModeration } from '../../client/chat-moderation.js';
import { Button } from '../components/button.js';
import { ago } from '../format/duration.js';
import { ModerationList } from './moderation-list.js';
import { useLoaded } from './use-loaded.js';

const DID: Readonly<Record<AuditEntry['action'], string>> = {
  delete: 'deleted a message of',
  restore: 'restored a message of',
  clear: 'deleted all messages of',
  timeout: 'timed out',
  ban: 'banned',
  unban: 'let write again',
  pin: 'pinned a message of',
  unpin: 'unpinned',
  settings: 'changed the rules:',
  approve: 'approved a message of',
  refuse: 'refused a message of',
  appoint: 'made a moderator:',
  dismiss: 'dismissed as moderator:',
};

/** What moderators did, with the way back where there is one. */
export function AuditLog({ moderation }: { moderation: ChatModeration }) {
  const loaded = useLoaded(
    () => moderation.audit(),
    (listener) => moderation.onChange(listener),
  );
  return (
    <ModerationList loaded={loaded} none="Nothing was done yet.">
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
