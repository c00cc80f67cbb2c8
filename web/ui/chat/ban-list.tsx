import type { ChatModeration } from '../../client/chat-moderation.js';
import { Button } from '../components/button.js';
import { ago, wordyDuration } from '../format/duration.js';
import { ModerationList } from './moderation-list.js';
import { useLoaded } from './use-loaded.js';

/** Lists bans and timeouts, with a button to lift them. */
export function BanList({ moderation }: { moderation: ChatModeration }) {
  const loaded = useLoaded(
    () => moderation.bans(),
    (listener) => moderation.onChange(listener),
  );
  return (
    <ModerationList loaded={loaded} none="No one is banned.">
      {({ id, name, createdAt, expiresAt, reason }) => (
        <li key={id}>
          <span class="moderation-words">
            <strong>{name}</strong>
            <span class="moderation-note">
              {expiresAt === null
                ? `Banned ${ago(Date.parse(createdAt), Date.now())}`
                : `Timed out, ${wordyDuration(Date.parse(expiresAt) - Date.now())} left`}
              {reason !== '' && `: ${reason}`}
            </span>
          </span>
          <Button size="s" onClick={() => loaded.act(() => moderation.unban({ banId: id }))}>
            Unban
          </Button>
        </li>
      )}
    </ModerationList>
  );
}
