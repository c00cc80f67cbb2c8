import { useState } from 'preact/hooks';
import type { InvitationView, RegistrationMode } from '../../../src/protocol/admin.js';
import { INVITATION_NOTE_MAX } from '../../../src/protocol/limits.js';
import { accountApi } from '../../client/account-api.js';
import { adminApi } from '../../client/admin-api.js';
import { attempt } from '../account/attempt.js';
import { CopyText } from '../account/copy-text.js';
import { WhenLoaded } from '../account/loaded.js';
import { useLoaded } from '../account/use-loaded.js';
import { useSubmit } from '../account/use-submit.js';
import { whenLabel } from '../account/when-label.js';
import { Badge } from '../components/badge.js';
import { Button } from '../components/button.js';
import { Card } from '../components/card.js';
import { Select } from '../components/select.js';
import { TextField } from '../components/text-field.js';

const MODES: readonly { value: RegistrationMode; label: string }[] = [
  { value: 'open', label: 'Anyone' },
  { value: 'invitation', label: 'People with an invitation' },
  { value: 'closed', label: 'No one' },
];
const DAYS = [
  { value: '3', label: '3 days' },
  { value: '14', label: '14 days' },
  { value: '90', label: '90 days' },
] as const;

/** The registration mode, and invitations. */
export function Registration() {
  return (
    <>
      <Mode />
      <Invitations />
    </>
  );
}

function Mode() {
  const [state, reload] = useLoaded(accountApi.options);
  return (
    <Card>
      <h2>Registration</h2>
      <WhenLoaded state={state} onRetry={() => void reload()}>
        {({ registration }) => (
          <Select
            label="Who can create an account"
            value={registration}
            options={MODES}
            hint="Existing accounts are not affected."
            onChange={(mode) =>
              void attempt(async () => {
                await adminApi.setRegistration(mode);
                await reload();
              }, 'Saved.')
            }
          />
        )}
      </WhenLoaded>
    </Card>
  );
}

function Invitations() {
  const [state, reload] = useLoaded(adminApi.invitations);
  const [link, setLink] = useState<string | null>(null);
  return (
    <Card>
      <h2>Invitations</h2>
      <p class="section-lead muted">
        Each invitation creates one account while registration is by invitation. Its link is shown
        once.
      </p>
      <InviteForm
        onInvited={(made) => {
          setLink(made);
          void reload();
        }}
      />
      {link !== null && <CopyText text={link} label="Copy link" />}
      <WhenLoaded state={state} onRetry={() => void reload()}>
        {(invitations) => (
          <ul class="rows">
            {invitations.map((invitation) => (
              <InvitationRow
                key={invitation.id}
                invitation={invitation}
                onDelete={() =>
                  void attempt(async () => {
                    await adminApi.uninvite(invitation.id);
                    await reload();
                  })
                }
              />
            ))}
          </ul>
        )}
      </WhenLoaded>
    </Card>
  );
}

function InviteForm({ onInvited }: { onInvited: (link: string) => void }) {
  const [note, setNote] = useState('');
  const [days, setDays] = useState<(typeof DAYS)[number]['value']>('14');
  const form = useSubmit(async () => {
    onInvited((await adminApi.invite(note, Number(days))).link);
    setNote('');
  });
  return (
    <form class="admin-invite" onSubmit={form.submit} noValidate>
      <TextField
        label="Recipient"
        value={note}
        onInput={setNote}
        error={form.issue('note') ?? form.message}
        maxLength={INVITATION_NOTE_MAX}
        autocomplete="off"
      />
      <Select label="Valid for" value={days} options={DAYS} onChange={setDays} />
      <Button type="submit" variant="primary" busy={form.busy}>
        Invite
      </Button>
    </form>
  );
}

function InvitationRow({
  invitation,
  onDelete,
}: {
  invitation: InvitationView;
  onDelete: () => void;
}) {
  const { note, isUsed, usedBy, expiresAt, createdAt } = invitation;
  const isExpired = !isUsed && Date.parse(expiresAt) < Date.now();
  const used = isUsed ? `used by ${usedBy ?? 'a deleted account'}` : null;
  return (
    <li class="row">
      <div class="row-text">
        <h3>
          {note || 'No recipient'} {isUsed && <Badge tone="good">Used</Badge>}
          {isExpired && <Badge>Expired</Badge>}
        </h3>
        <p class="muted">
          created {whenLabel(createdAt)} · {used ?? `valid until ${whenLabel(expiresAt)}`}
        </p>
      </div>
      {!isUsed && (
        <Button size="s" onClick={onDelete}>
          Revoke
        </Button>
      )}
    </li>
  );
}
