import type { ChatModeration } from '../../client/chat-moderation.js';
import { Button } from '../components/button.js';
import { ago, wordyDuration } from '../format/duration.js';
import { ModerationList } from './moderation-list.js';
import { useLoaded } from './use-loaded.js';

/** Who may not write in a chat, and the way back for them. */
export function BanList({ moderation }: { moderation: ChatModeration }) {
  const loaded = useLoaded(
    () => moderation.bans(),
    (listener) => moderation.onChange(listener),
  );
  return (
    <ModerationList loaded={loaded} none="Nobody is banned from writing here.">
      {({ id, name, createdAt, expiresAt, reason }) => (
        <li key={id}>
          <span class="moderation-words">
            <strong>{name}</strong>
            <span class="moderation-note">
              {expiresAt === null
                ? `Banned ${ago(Date.parse(createdAt), Date.now())}`
                : `Timed out for ${wordyDuration(Date.parse(expiresAt) - Date.now())} more`}
              {reason !== '' && `: ${reason}`}
            </span>
          </span>
          <Button size="s" onClick={() => loaded.act(() => moderation.unban({ banId: id }))}>
            Let write again
          </Button>
        </li>
      )}
    </ModerationList>
  );
}
