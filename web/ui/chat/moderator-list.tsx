import { useState } from 'preact/hooks';
import { api } from '../../client/api.js';
import { Button } from '../components/button.js';
import { TextField } from '../components/text-field.js';
import { ModerationList } from './moderation-list.js';
import { useLoaded } from './use-loaded.js';

/** Lists the moderators; the owner adds and removes them. */
export function ModeratorList({ channel, mayChange }: { channel: string; mayChange: boolean }) {
  const [username, setUsername] = useState('');
  const loaded = useLoaded(() => api.moderators(channel));
  return (
    <>
      <ModerationList loaded={loaded} none="No moderators besides the owner.">
        {(moderator) => (
          <li key={moderator.username}>
            <span class="moderation-words">
              <strong>{moderator.displayName}</strong>
              <span class="moderation-note">{moderator.username}</span>
            </span>
            {mayChange && (
              <Button
                size="s"
                onClick={() => loaded.act(() => api.dismiss(channel, moderator.username))}
              >
                Remove
              </Button>
            )}
          </li>
        )}
      </ModerationList>
      {mayChange && (
        <form
          class="moderation-row"
          onSubmit={(event) => {
            event.preventDefault();
            loaded.act(async () => {
              await api.appoint(channel, username.trim());
              setUsername('');
            });
          }}
        >
          <TextField
            label="Username"
            value={username}
            onInput={setUsername}
            autocapitalize="none"
          />
          <Button type="submit" disabled={username.trim() === ''}>
            Add
          </Button>
        </form>
      )}
    </>
  );
}
