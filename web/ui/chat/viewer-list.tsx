import type { ChatViewer } from '../../../src/protocol/chat-moderation.js';
import type { Chat } from '../../client/chat.js';
import { counted } from '../format/quantity.js';
import { mayModerate } from './may-moderate.js';
import { askToClear } from './moderating.js';
import { ModerationList } from './moderation-list.js';
import { PersonActions } from './person-actions.js';
import { useLoaded } from './use-loaded.js';

const RELOAD_MS = 10_000;

const ROLES: Readonly<Record<ChatViewer['role'], string>> = {
  owner: 'Owner',
  moderator: 'Moderator',
  member: 'Account',
  guest: 'Guest',
};

/** Lists the people in the chat, with moderation actions. */
export function ViewerList({ chat }: { chat: Chat }) {
  const { moderation } = chat;
  const me = chat.me.value;
  const loaded = useLoaded(
    () => moderation.viewers(),
    (listener) => {
      const timer = setInterval(listener, RELOAD_MS);
      return () => clearInterval(timer);
    },
  );
  const { value, act } = loaded;
  return (
    <>
      {value && (
        <p class="moderation-note moderation-count" role="status">
          {counted(value.accounts, 'account')} and {counted(value.guests, 'guest')} here.
          {value.more && ` Showing the first ${value.viewers.length}.`}
          {value.guests > 0 && ' Guests are listed once they’ve sent a message.'}
        </p>
      )}
      <ModerationList
        loaded={{ ...loaded, value: value && value.viewers }}
        none="No named viewers right now."
      >
        {(viewer) => {
          const { name, displayName, role, banned } = viewer;
          const whom = { name };
          return (
            <li key={`${role} ${name}`}>
              <span class="moderation-words">
                <strong>{displayName ?? name}</strong>
                <span class="moderation-note">
                  {ROLES[role]}
                  {displayName !== undefined && `, ${name}`}
                  {banned && ', can’t chat right now'}
                </span>
              </span>
              {me && mayModerate(me, viewer) && (
                <PersonActions
                  name={name}
                  onTimeout={(seconds) => act(() => moderation.timeout(whom, seconds))}
                  onBan={() => act(() => moderation.ban(whom))}
                  onUnban={banned ? () => act(() => moderation.unban(whom)) : null}
                  onClear={() =>
                    act(async () => {
                      if (await askToClear(name)) await moderation.clear(whom);
                    })
                  }
                />
              )}
            </li>
          );
        }}
      </ModerationList>
    </>
  );
}
