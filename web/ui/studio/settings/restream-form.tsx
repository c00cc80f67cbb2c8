import { useState } from 'preact/hooks';
import {
  keyReceiver,
  type RestreamProtocol,
  restreamProtocol,
} from '../../../../src/protocol/restream-protocol.js';
import type { RestreamTarget, RestreamTargetChange } from '../../../../src/protocol/restream.js';
import { splitSrtUrl } from '../../../../src/protocol/srt-url.js';
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

const NOUNS: Readonly<Record<RestreamProtocol, string>> = {
  rtmp: 'stream key',
  srt: 'stream ID',
  whip: 'token',
};
const STORED = 'Stored encrypted, and never shown again.';
const KEPT = 'Leave it empty to keep the current one, which is never shown.';

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
  const [passphrase, setPassphrase] = useState('');
  const protocol = restreamProtocol(url.trim());
  const isMoved = target !== null && isForOther(target.url, url.trim());
  const keeps = target !== null && !isMoved;
  const form = useSubmit(async () => {
    const typed = { name: name.trim(), url: url.trim(), key: key.trim() };
    const encryption = protocol === 'srt' && passphrase !== '' ? { passphrase } : {};
    if (!target) await restreamApi.add(channel, { ...typed, ...encryption });
    else if (isMoved && protocol === 'srt')
      await restreamApi.change(channel, target.id, { ...typed, passphrase: passphrase || null });
    else await restreamApi.change(channel, target.id, kept({ ...typed, ...encryption }));
    onSaved();
  });
  /** Moves the secrets of an SRT URL to their fields, because services display a single URL. */
  function enterUrl(text: string): void {
    const split = restreamProtocol(text.trim()) === 'srt' ? splitSrtUrl(text) : null;
    setUrl(split?.url ?? text);
    if (split?.streamId) setKey(split.streamId);
    if (split?.passphrase) setPassphrase(split.passphrase);
  }
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
            onInput={enterUrl}
            error={form.issue('url')}
            placeholder="rtmps://live.example.com/app"
            hint="An RTMP server, an SRT server with its port (srt://…), or a WHIP endpoint (https://…)"
            autocomplete="off"
            autocapitalize="none"
            required
          />
        </>
      )}
      <TextField
        label={keyLabel(protocol, target !== null)}
        name="key"
        type="password"
        value={key}
        onInput={setKey}
        error={form.issue('key')}
        hint={keeps ? KEPT : `${protocol === 'srt' ? 'Not every server has one. ' : ''}${STORED}`}
        autocomplete="off"
        required={!target && protocol !== 'srt'}
      />
      {protocol === 'srt' && (
        <TextField
          label={target ? 'New passphrase' : 'Passphrase'}
          name="passphrase"
          type="password"
          value={passphrase}
          onInput={setPassphrase}
          error={form.issue('passphrase')}
          hint={keeps ? KEPT : `Without it, the stream isn’t encrypted. ${STORED}`}
          maxLength={79}
          autocomplete="off"
        />
      )}
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

/** Returns the label of the key field, which is the term that servers of this protocol use. */
function keyLabel(protocol: RestreamProtocol, isChange: boolean): string {
  const noun = NOUNS[protocol];
  return isChange ? `New ${noun}` : noun.replace(/^./, (first) => first.toUpperCase());
}

/** Returns the change to a service whose current key is kept if none was entered. */
function kept({ key, ...rest }: RestreamTargetChange): RestreamTargetChange {
  return key === '' ? rest : { ...rest, key };
}

/** Whether the secrets that are stored for one URL aren't used for another, valid one. */
function isForOther(before: string, url: string): boolean {
  return URL.canParse(url) && keyReceiver(url) !== keyReceiver(before);
}
