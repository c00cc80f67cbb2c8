import { useState } from 'preact/hooks';
import { Pencil, Plus, Trash2 } from 'lucide';
import type { RestreamTarget } from '../../../../src/protocol/restream.js';
import { restreamApi } from '../../../client/restream-api.js';
import { attempt } from '../../account/attempt.js';
import { WhenLoaded } from '../../account/loaded.js';
import { Button } from '../../components/button.js';
import { confirm } from '../../components/confirm.js';
import { IconButton } from '../../components/icon-button.js';
import { Switch } from '../../components/switch.js';
import { RestreamForm } from './restream-form.js';
import { restreamWords } from './restream-words.js';
import { useRestreams } from './use-restreams.js';
import './restream-settings.css';

/** The services to which a channel is restreamed. Changes apply immediately. */
export function RestreamSettings({ channel }: { channel: string }) {
  const [state, reload] = useRestreams(channel);
  const [isAdding, setAdding] = useState(false);
  return (
    <fieldset class="settings-group">
      <legend>Restreams</legend>
      <p class="field-hint">Your broadcasts are also sent to these services.</p>
      <WhenLoaded state={state} onRetry={() => void reload()}>
        {(targets) => (
          <ul class="restreams" aria-label="Restreams">
            {targets.map((target) => (
              <RestreamRow key={target.id} channel={channel} target={target} onChanged={reload} />
            ))}
          </ul>
        )}
      </WhenLoaded>
      {isAdding ? (
        <RestreamForm
          channel={channel}
          target={null}
          onCancel={() => setAdding(false)}
          onSaved={() => {
            setAdding(false);
            void reload();
          }}
        />
      ) : (
        <div>
          <Button icon={Plus} size="s" onClick={() => setAdding(true)}>
            Add service
          </Button>
        </div>
      )}
    </fieldset>
  );
}

interface RestreamRowProps {
  channel: string;
  target: RestreamTarget;
  onChanged: () => Promise<void>;
}

function RestreamRow({ channel, target, onChanged }: RestreamRowProps) {
  const { id, name, enabled } = target;
  const [isEditing, setEditing] = useState(false);
  async function remove(): Promise<void> {
    const goAhead = await confirm({
      title: `Remove ${name}?`,
      text: 'Your broadcasts are no longer sent to it, and its keys are deleted.',
      action: 'Remove',
      cancel: 'Keep it',
      danger: true,
    });
    if (!goAhead) return;
    await attempt(async () => {
      await restreamApi.remove(channel, id);
      await onChanged();
    });
  }
  if (isEditing)
    return (
      <li>
        <RestreamForm
          channel={channel}
          target={target}
          onCancel={() => setEditing(false)}
          onSaved={() => {
            setEditing(false);
            void onChanged();
          }}
        />
      </li>
    );
  return (
    <li class="restream">
      <Switch
        label={name}
        hint={restreamWords(target)}
        checked={enabled}
        onChange={(on) =>
          void attempt(async () => {
            await restreamApi.change(channel, id, { enabled: on });
            await onChanged();
          })
        }
      />
      <IconButton icon={Pencil} label={`Edit ${name}`} onClick={() => setEditing(true)} />
      <IconButton icon={Trash2} label={`Remove ${name}`} onClick={() => void remove()} />
    </li>
  );
}
