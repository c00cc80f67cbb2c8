import { useState } from 'preact/hooks';
import { restreamApi } from '../../../client/restream-api.js';
import { FormError } from '../../account/form-error.js';
import { useSubmit } from '../../account/use-submit.js';
import { Button } from '../../components/button.js';
import { Select } from '../../components/select.js';
import { TextField } from '../../components/text-field.js';
import { type Preset, PRESETS } from './restream-presets.js';

const OPTIONS: readonly { value: Preset; label: string }[] = [
  { value: 'youtube', label: PRESETS.youtube.name },
  { value: 'twitch', label: PRESETS.twitch.name },
  { value: 'custom', label: 'Another server' },
];

export interface RestreamFormProps {
  channel: string;
  onCancel: () => void;
  onAdded: () => void;
}

/** Adds a service to which the channel's broadcasts are sent on. */
export function RestreamForm({ channel, onCancel, onAdded }: RestreamFormProps) {
  const [preset, setPreset] = useState<Preset>('youtube');
  const [name, setName] = useState<string>(PRESETS.youtube.name);
  const [url, setUrl] = useState<string>(PRESETS.youtube.url);
  const [key, setKey] = useState('');
  const form = useSubmit(async () => {
    await restreamApi.add(channel, { name: name.trim(), url: url.trim(), key: key.trim() });
    onAdded();
  });
  function choose(chosen: Preset): void {
    setPreset(chosen);
    setName(PRESETS[chosen].name);
    setUrl(PRESETS[chosen].url);
  }
  return (
    <form class="restream-form" onSubmit={form.submit} noValidate>
      <FormError message={form.message} />
      <Select label="Service" value={preset} options={OPTIONS} onChange={choose} />
      {preset === 'custom' && (
        <>
          <TextField
            label="Name"
            name="name"
            value={name}
            onInput={setName}
            error={form.issue('name')}
            maxLength={50}
            autocomplete="off"
            required
          />
          <TextField
            label="Server"
            name="url"
            value={url}
            onInput={setUrl}
            error={form.issue('url')}
            placeholder="rtmps://live.example.com/app"
            autocomplete="off"
            autocapitalize="none"
            required
          />
        </>
      )}
      <TextField
        label="Stream key"
        name="key"
        type="password"
        value={key}
        onInput={setKey}
        error={form.issue('key')}
        hint="Stored encrypted, and never shown again."
        autocomplete="off"
        required
      />
      <div class="restream-form-actions">
        <Button size="s" onClick={onCancel}>
          Cancel
        </Button>
        <Button size="s" type="submit" variant="primary" busy={form.busy}>
          Add service
        </Button>
      </div>
    </form>
  );
}
