import { useState } from 'preact/hooks';
import { isWhip } from '../../../../src/protocol/is-whip.js';
import type { RestreamTarget } from '../../../../src/protocol/restream.js';
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
  /** The service to change; null to add one. */
  target: RestreamTarget | null;
  onCancel: () => void;
  onSaved: () => void;
}

/** The form that adds or changes a service to which the channel is restreamed. */
export function RestreamForm({ channel, target, onCancel, onSaved }: RestreamFormProps) {
  const initial = target ?? PRESETS.youtube;
  const [preset, setPreset] = useState<Preset>(target ? 'custom' : 'youtube');
  const [name, setName] = useState<string>(initial.name);
  const [url, setUrl] = useState<string>(initial.url);
  const [key, setKey] = useState('');
  const form = useSubmit(async () => {
    const typed = { name: name.trim(), url: url.trim(), key: key.trim() };
    await (target ? change(channel, target, typed) : restreamApi.add(channel, typed));
    onSaved();
  });
  function choose(chosen: Preset): void {
    setPreset(chosen);
    setName(PRESETS[chosen].name);
    setUrl(PRESETS[chosen].url);
  }
  return (
    <form class="restream-form" onSubmit={form.submit} noValidate>
      <FormError message={form.message} />
      {!target && <Select label="Service" value={preset} options={OPTIONS} onChange={choose} />}
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
            hint="An RTMP server, or a WHIP endpoint that starts with https://"
            autocomplete="off"
            autocapitalize="none"
            required
          />
        </>
      )}
      <TextField
        label={keyLabel(url, target !== null)}
        name="key"
        type="password"
        value={key}
        onInput={setKey}
        error={form.issue('key')}
        hint={
          target
            ? 'Leave it empty to keep the current one, which is never shown.'
            : 'Stored encrypted, and never shown again.'
        }
        autocomplete="off"
        required={!target}
      />
      <div class="restream-form-actions">
        <Button size="s" onClick={onCancel}>
          Cancel
        </Button>
        <Button size="s" type="submit" variant="primary" busy={form.busy}>
          {target ? 'Save' : 'Add service'}
        </Button>
      </div>
    </form>
  );
}

/** Returns the label of the key field. WHIP servers expect a bearer token instead of a key. */
function keyLabel(url: string, isChange: boolean): string {
  const noun = isWhip(url.trim()) ? 'token' : 'stream key';
  return isChange ? `New ${noun}` : noun.replace(/^./, (first) => first.toUpperCase());
}

type Typed = Readonly<{ name: string; url: string; key: string }>;

/** Changes a service. If no key was entered, the current key is kept. */
function change(channel: string, { id }: RestreamTarget, { key, ...rest }: Typed) {
  return restreamApi.change(channel, id, { ...rest, ...(key !== '' && { key }) });
}
