import type { ChatModeration } from '../../client/chat-moderation.js';
import { Button } from '../components/button.js';
import { ModerationList } from './moderation-list.js';
import { useLoaded } from './use-loaded.js';

/** Messages that wait for a moderator's word. */
export function HeldList({ moderation }: { moderation: ChatModeration }) {
  const loaded = useLoaded(
    () => moderation.held(),
    (listener) => moderation.onChange(listener),
  );
  return (
    <ModerationList loaded={loaded} none="No message waits.">
      {({ id, name, displayName, text, reason }) => (
        <li key={id}>
          <span class="moderation-words">
            <span>
              <strong>{displayName ?? name}</strong> {text}
            </span>
            <span class="moderation-note">
              {reason === 'link' ? 'Has a link' : 'The first message of this sender'}
            </span>
          </span>
          <Button size="s" onClick={() => loaded.act(() => moderation.judge(id, false))}>
            Refuse
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
