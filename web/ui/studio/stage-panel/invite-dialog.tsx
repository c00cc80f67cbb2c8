import { useEffect, useState } from 'preact/hooks';
import { Link2, Trash2 } from 'lucide';
import { GUESTS_WAITING_MAX } from '../../../../src/protocol/limits.js';
import type {
  CreatedStageInvitation,
  StageInvitationView,
} from '../../../../src/protocol/stage.js';
import { RequestError } from '../../../client/request-error.js';
import { stageApi } from '../../../client/stage-api.js';
import { FormError } from '../../account/form-error.js';
import { Button } from '../../components/button.js';
import { confirm } from '../../components/confirm.js';
import { DoneDialog } from '../../components/done-dialog.js';
import { IconButton } from '../../components/icon-button.js';
import { Select } from '../../components/select.js';
import { Switch } from '../../components/switch.js';
import { TextField } from '../../components/text-field.js';
import { CopyButton } from '../share/share-link.js';
import './invite-dialog.css';

const HOUR_MIN = 60;
const DAY_MIN = 24 * HOUR_MIN;

const LIFETIMES = [
  { value: String(HOUR_MIN), label: '1 hour' },
  { value: String(DAY_MIN), label: '1 day' },
  { value: String(7 * DAY_MIN), label: '1 week' },
  { value: String(30 * DAY_MIN), label: '30 days' },
];

const USES = [
  { value: '1', label: 'One person' },
  { value: '5', label: 'Up to 5 people' },
  { value: String(GUESTS_WAITING_MAX), label: `Up to ${GUESTS_WAITING_MAX} people` },
];

interface InviteDialogProps {
  channel: string;
  onClose: () => void;
}

/** Creates links for guests, and revokes them. */
export function InviteDialog({ channel, onClose }: InviteDialogProps) {
  const [all, setAll] = useState<readonly StageInvitationView[] | null>(null);
  const [created, setCreated] = useState<CreatedStageInvitation | null>(null);
  const [error, setError] = useState<string | undefined>(undefined);

  /** Runs an action on the server, if given, and reloads the invitations. */
  async function refresh(run?: () => Promise<void>): Promise<void> {
    try {
      await run?.();
      setError(undefined);
      setAll(await stageApi.invitations(channel));
    } catch (failure) {
      if (!(failure instanceof RequestError)) throw failure;
      setError(failure.message);
    }
  }
  useEffect(() => void refresh(), [channel]);

  async function revoke(one: StageInvitationView): Promise<void> {
    if (!(await isSureToRevoke(one))) return;
    await refresh(async () => {
      await stageApi.revoke(channel, one.id);
      if (created?.id === one.id) setCreated(null);
    });
  }

  return (
    <DoneDialog title="Invite guests" onClose={onClose}>
      {created ? (
        <NewLink invitation={created} onAnother={() => setCreated(null)} />
      ) : (
        <InviteForm
          onInvite={(wanted) =>
            refresh(async () => setCreated(await stageApi.invite(channel, wanted)))
          }
        />
      )}
      <FormError message={error} />
      {all !== null && all.length > 0 && (
        <section class="invite-list" aria-label="Invitations">
          <h3 class="invite-title">Invitations</h3>
          <ul>
            {all.map((one) => (
              <li key={one.id} class="invite-row">
                <span class="invite-text">
                  <span class="invite-note">{nameOf(one)}</span>
                  <span class="invite-facts">{factsOf(one)}</span>
                </span>
                <IconButton
                  icon={Trash2}
                  label={`Revoke the invitation ${one.note ? `for ${one.note}` : createdText(one)}`}
                  align="end"
                  onClick={() => void revoke(one)}
                />
              </li>
            ))}
          </ul>
        </section>
      )}
    </DoneDialog>
  );
}

type Wanted = Parameters<typeof stageApi.invite>[1];

function InviteForm({ onInvite }: { onInvite: (wanted: Wanted) => Promise<void> }) {
  const [note, setNote] = useState('');
  const [uses, setUses] = useState('1');
  const [lifetime, setLifetime] = useState(String(DAY_MIN));
  const [accountRequired, setAccountRequired] = useState(false);
  const [busy, setBusy] = useState(false);

  async function invite(): Promise<void> {
    setBusy(true);
    const expiresInMinutes = Number(lifetime);
    await onInvite({ note: note.trim(), uses: Number(uses), expiresInMinutes, accountRequired });
    setBusy(false);
  }

  return (
    <form
      class="invite-form"
      onSubmit={(event) => {
        event.preventDefault();
        void invite();
      }}
    >
      <TextField
        label="Recipient"
        value={note}
        onInput={setNote}
        hint="Only you see this."
        maxLength={100}
        autocomplete="off"
      />
      <div class="invite-pair">
        <Select label="Can be used by" value={uses} options={USES} onChange={setUses} />
        <Select label="Valid for" value={lifetime} options={LIFETIMES} onChange={setLifetime} />
      </div>
      <Switch
        label="Account required"
        hint="Guests must log in before they enter"
        checked={accountRequired}
        onChange={setAccountRequired}
      />
      <Button variant="primary" type="submit" icon={Link2} wide busy={busy}>
        Create link
      </Button>
    </form>
  );
}

function NewLink(props: { invitation: CreatedStageInvitation; onAnother: () => void }) {
  const { url, uses, note } = props.invitation;
  return (
    <div class="invite-form">
      <TextField
        label={note === '' ? 'Link' : `Link for ${note}`}
        value={url}
        onInput={() => {
          // It is read-only.
        }}
        readOnly
        hint={`Send it to your ${uses === 1 ? 'guest' : 'guests'} now. It won’t be shown again.`}
      />
      <div class="invite-actions">
        <CopyButton text={url} what="link" />
        <Button size="s" onClick={props.onAnother}>
          Create another
        </Button>
      </div>
    </div>
  );
}

const date = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

const createdText = ({ createdAt }: StageInvitationView): string =>
  `from ${date.format(Date.parse(createdAt))}`;

/** Returns an invitation's note, or a name with its creation time if it has none. */
const nameOf = (one: StageInvitationView): string => one.note || `Invitation ${createdText(one)}`;

/** Asks for confirmation before guests who entered with an invitation are sent away. */
async function isSureToRevoke(one: StageInvitationView): Promise<boolean> {
  if (one.used === 0) return true;
  const people = one.used === 1 ? 'One person' : `${one.used} people`;
  return confirm({
    title: 'Revoke this invitation?',
    text: `${people} used it. Those who are still here will leave the stage.`,
    action: 'Revoke',
    danger: true,
  });
}

function factsOf({ uses, used, accountRequired, expiresAt }: StageInvitationView): string {
  const people = uses === 1 ? (used === 0 ? 'not used yet' : 'used') : `${used} of ${uses} used`;
  const account = accountRequired ? ', account required' : '';
  return `${people}${account}, valid until ${date.format(Date.parse(expiresAt))}`;
}
