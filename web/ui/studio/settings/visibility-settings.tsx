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
  { value: 'public', label: 'Everybody', hint: 'Listed on the first page.' },
  { value: 'unlisted', label: 'Everybody with the link', hint: 'Listed nowhere.' },
  { value: 'password', label: 'Who knows a password', hint: 'It is asked for on the page.' },
  { value: 'private', label: 'Accounts on a list', hint: 'For all others there is no channel.' },
];

export interface VisibilitySettingsProps {
  channel: string;
  onAir: OnAir;
  /** Called after saving: the channel has changed for everybody who displays it. */
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

/** Nothing is sent before "Save": a slip would disconnect viewers. */
function VisibilityForm({ channel, access, onChange }: VisibilityFormProps) {
  const [visibility, setVisibility] = useState(access.visibility);
  const [password, setPassword] = useState('');
  const form = useSubmit(async () => {
    const isNew = visibility === 'password' && password !== '';
    const changed = await api.changeAccess(channel, { visibility, ...(isNew && { password }) });
    setPassword('');
    await onChange(changed);
    toast({ text: 'Who can watch was changed.' });
  });
  const isChanged = visibility !== access.visibility || password !== '';
  return (
    <form class="settings-group" onSubmit={form.submit} noValidate>
      <FormError message={form.message} />
      <Select
        label="Can be watched by"
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
          hint={access.hasPassword ? 'Leave empty to keep the one that is set.' : undefined}
          error={form.issue('password')}
          autocomplete="off"
        />
      )}
      {isChanged && (
        <>
          <p class="field-hint">Who may not watch any more is cut off at once.</p>
          <Button type="submit" variant="primary" busy={form.busy}>
            Save who can watch
          </Button>
        </>
      )}
    </form>
  );
}
