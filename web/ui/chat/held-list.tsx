import type { ChatModeration } from '../../client/chat-moderation.js';
import { Button } from '../components/button.js';
import { ModerationList } from './moderation-list.js';
import { useLoaded } from './use-loaded.js';

/** Lists the messages held for approval. */
export function HeldList({ moderation }: { moderation: ChatModeration }) {
  const loaded = useLoaded(
    () => moderation.held(),
    (listener) => moderation.onChange(listener),
  );
  return (
    <ModerationList loaded={loaded} none="No messages are waiting.">
      {({ id, name, displayName, text, reason }) => (
        <li key={id}>
          <span class="moderation-words">
            <span>
              <strong>{displayName ?? name}</strong> {text}
            </span>
            <span class="moderation-note">
              {reason === 'link' ? 'Contains a link' : 'First message from this user'}
            </span>
          </span>
          <Button size="s" onClick={() => loaded.act(() => moderation.judge(id, false))}>
            Reject
          </Button>
          <Button
            size="s"
            variant="primary"
            onClick={() => loaded.act(() => moderation.judge(id, true))}
          >
            Approve
          </Button>
        </li>
      )}
    </ModerationList>
  );
}
