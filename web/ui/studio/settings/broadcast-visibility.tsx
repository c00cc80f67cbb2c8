import { useState } from 'preact/hooks';
import type { AccessView, Visibility } from '../../../../src/protocol/access.js';
import { api } from '../../../client/api.js';
import { FormError } from '../../account/form-error.js';
import { useSubmit } from '../../account/use-submit.js';
import { Button } from '../../components/button.js';
import { Select } from '../../components/select.js';
import { toast } from '../../components/toast.js';
import type { OnAir } from '../state/on-air.js';

/**
 * The audience choices for a broadcast, from the widest to the narrowest. The channel's own
 * audience is first.
 */
const CHOICES: readonly { value: Visibility; label: string; hint: string }[] = [
  { value: 'public', label: 'Same as the channel', hint: 'Also applies to the recording.' },
  { value: 'unlisted', label: 'Anyone with the link', hint: 'Not listed anywhere.' },
  {
    value: 'password',
    label: 'Anyone with the channel password',
    hint: 'The recording requires it, too.',
  },
  { value: 'private', label: 'Accounts on the list', hint: 'Hidden from everyone else.' },
];

/**
 * Returns the choices available for a channel: those narrower than the channel's own, and the
 * password only if one is set.
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
    toast({ text: 'Audience of this broadcast saved.' });
  });
  const choices = choicesFor(access);
  if (choices.length < 2) return null;
  return (
    <form class="settings-group" onSubmit={form.submit} noValidate>
      <FormError message={form.message} />
      <Select
        label={broadcast === null ? 'Next broadcast' : 'This broadcast'}
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
          <p class="field-hint">Viewers who lose access are disconnected immediately.</p>
          <Button type="submit" variant="primary" busy={form.busy}>
            Save for this broadcast
          </Button>
        </>
      )}
    </form>
  );
}
