import { useState } from 'preact/hooks';
import type { AccessView, Visibility } from '../../../../src/protocol/access.js';
import { api } from '../../../client/api.js';
import { FormError } from '../../account/form-error.js';
import { useSubmit } from '../../account/use-submit.js';
import { Button } from '../../components/button.js';
import { Select } from '../../components/select.js';
import { toast } from '../../components/toast.js';
import type { OnAir } from '../state/on-air.js';

/** Audience choices for a broadcast, from widest to narrowest; the channel's own comes first. */
const CHOICES: readonly { value: Visibility; label: string; hint: string }[] = [
  { value: 'public', label: 'As the channel', hint: 'Its recording too.' },
  { value: 'unlisted', label: 'Everybody with the link', hint: 'It is in no list.' },
  {
    value: 'password',
    label: 'Who knows the channel’s password',
    hint: 'The recording asks for it, too.',
  },
  { value: 'private', label: 'Accounts on the list', hint: 'For all others it does not exist.' },
];

/**
 * The choices available for a channel: narrower than the channel's own, and a password if one is
 * set.
 */
function choicesFor({ visibility, hasPassword }: AccessView) {
  const channel = CHOICES.findIndex(({ value }) => value === visibility);
  return CHOICES.filter(
    ({ value }, index) =>
      value === 'public' || (index > channel && (value !== 'password' || hasPassword)),
  );
}

export interface BroadcastVisibilityProps {
  access: AccessView;
  onAir: OnAir;
  onChanged: () => Promise<void>;
}

/** Selects the audience of the current or next broadcast. */
export function BroadcastVisibility({ access, onAir, onChanged }: BroadcastVisibilityProps) {
  const broadcast = onAir.broadcast;
  const [chosen, setChosen] = useState<Visibility | null>(null);
  const now = onAir.visibility;
  const value = chosen ?? now;
  const form = useSubmit(async () => {
    if (broadcast === null) return;
    await api.changeBroadcast(broadcast.id, { visibility: value });
    setChosen(null);
    await onChanged();
    toast({ text: 'Who can watch this broadcast was changed.' });
  });
  const choices = choicesFor(access);
  if (choices.length < 2) return null;
  return (
    <form class="settings-group" onSubmit={form.submit} noValidate>
      <FormError message={form.message} />
      <Select
        label={broadcast === null ? 'The next broadcast' : 'This broadcast'}
        value={value}
        options={choices}
        hint={choices.find((one) => one.value === value)?.hint}
        onChange={(visibility) => {
          if (broadcast === null) onAir.nextVisibility.value = visibility;
          else setChosen(visibility);
        }}
      />
      {broadcast !== null && value !== now && (
        <>
          <p class="field-hint">Who may not watch any more is cut off at once.</p>
          <Button type="submit" variant="primary" busy={form.busy}>
            Save for this broadcast
          </Button>
        </>
      )}
    </form>
  );
}
