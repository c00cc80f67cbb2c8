import { useEffect, useState } from 'preact/hooks';
import type { AccessView, Visibility } from '../../../../src/protocol/access.js';
import { api } from '../../../client/api.js';
import { RequestError } from '../../../client/request-error.js';
import { FormError } from '../../account/form-error.js';
import { useSubmit } from '../../account/use-submit.js';
import { Button } from '../../components/button.js';
import { PasswordField } from '../../components/password-field.js';
import { Select } from '../../components/select.js';
import { Spinner } from '../../components/spinner.js';
import { toast } from '../../components/toast.js';
import { BroadcastVisibility } from './broadcast-visibility.js';
import { MemberList } from './member-list.js';
import type { OnAir } from '../state/on-air.js';

const CHOICES: readonly { value: Visibility; label: string; hint: string }[] = [
  { value: 'public', label: 'Everyone', hint: 'Listed on the home page.' },
  { value: 'unlisted', label: 'Anyone with the link', hint: 'Not listed anywhere.' },
  { value: 'password', label: 'Anyone with the password', hint: 'The page asks for it.' },
  { value: 'private', label: 'Accounts on a list', hint: 'Hidden from everyone else.' },
];

export interface VisibilitySettingsProps {
  channel: string;
  onAir: OnAir;
  /** Called after saving, to reload the channel everywhere on the page. */
  onChanged: () => Promise<void>;
}

/** The audience of the user's channel. */
export function VisibilitySettings({ channel, onAir, onChanged }: VisibilitySettingsProps) {
  const [access, setAccess] = useState<AccessView | null>(null);
  const [problem, setProblem] = useState<string>();

  async function load(): Promise<void> {
    try {
      setAccess(await api.access(channel));
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      setProblem(error.message);
    }
  }
  useEffect(() => void load(), [channel]);

  return (
    <fieldset class="settings-group">
      <legend>Who can watch</legend>
      <FormError message={problem} />
      {access === null && problem === undefined && <Spinner label="Loading" />}
      {access !== null && (
        <>
          <VisibilityForm
            channel={channel}
            access={access}
            onChange={async (changed) => {
              setAccess(changed);
              await onChanged();
            }}
          />
          <BroadcastVisibility access={access} onAir={onAir} onChanged={onChanged} />
          {[access.visibility, onAir.visibility].includes('private') && (
            <MemberList
              channel={channel}
              members={access.members}
              onChange={(members) => setAccess({ ...access, members })}
            />
          )}
        </>
      )}
    </fieldset>
  );
}

interface VisibilityFormProps {
  channel: string;
  access: AccessView;
  onChange: (access: AccessView) => Promise<void>;
}

/**
 * The audience form. Nothing is sent until "Save" is pressed, because a mistake would disconnect
 * viewers.
 */
function VisibilityForm({ channel, access, onChange }: VisibilityFormProps) {
  const [visibility, setVisibility] = useState(access.visibility);
  const [password, setPassword] = useState('');
  const form = useSubmit(async () => {
    const isNew = visibility === 'password' && password !== '';
    const changed = await api.changeAccess(channel, { visibility, ...(isNew && { password }) });
    setPassword('');
    await onChange(changed);
    toast({ text: 'Audience saved.' });
  });
  const isChanged = visibility !== access.visibility || password !== '';
  return (
    <form class="settings-group" onSubmit={form.submit} noValidate>
      <FormError message={form.message} />
      <Select
        label="Audience"
        value={visibility}
        options={CHOICES}
        hint={CHOICES.find(({ value }) => value === visibility)?.hint}
        onChange={setVisibility}
      />
      {visibility === 'password' && (
        <PasswordField
          label="Channel password"
          name="channel-password"
          value={password}
          onInput={setPassword}
          hint={access.hasPassword ? 'Leave empty to keep the current one.' : undefined}
          error={form.issue('password')}
          autocomplete="off"
        />
      )}
      {isChanged && (
        <>
          <p class="field-hint">Viewers who lose access are disconnected immediately.</p>
          <Button type="submit" variant="primary" busy={form.busy}>
            Save audience
          </Button>
        </>
      )}
    </form>
  );
}
