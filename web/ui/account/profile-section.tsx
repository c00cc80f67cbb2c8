import { useRef, useState } from 'preact/hooks';
import { ImageUp, Trash } from 'lucide';
import type { AccountView } from '../../../src/protocol/account.js';
import { AVATAR_BYTES_MAX, DISPLAY_NAME_MAX } from '../../../src/protocol/limits.js';
import { accountApi } from '../../client/account-api.js';
import { Avatar } from '../components/avatar.js';
import { Button } from '../components/button.js';
import { Card } from '../components/card.js';
import { TextField } from '../components/text-field.js';
import { toast } from '../components/toast.js';
import { attempt } from './attempt.js';
import { useSubmit } from './use-submit.js';

export interface ProfileSectionProps {
  account: AccountView;
  onChange: (account: AccountView) => void;
}

/** The display name and the picture. */
export default function ProfileSection({ account, onChange }: ProfileSectionProps) {
  return (
    <>
      <Picture account={account} onChange={onChange} />
      <Name account={account} onChange={onChange} />
    </>
  );
}

function Picture({ account, onChange }: ProfileSectionProps) {
  const file = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  async function send(picture: File): Promise<void> {
    if (picture.size > AVATAR_BYTES_MAX) {
      toast({ text: 'This picture is larger than 5 MB. Choose a smaller one.', tone: 'danger' });
      return;
    }
    setBusy(true);
    await attempt(async () => onChange(await accountApi.setAvatar(picture)));
    setBusy(false);
  }
  return (
    <Card>
      <h2>Picture</h2>
      <div class="profile-picture">
        <Avatar name={account.username} size={96} picture={account.avatar} />
        <div class="profile-picture-side">
          <p class="muted">JPEG, PNG, WebP or GIF, up to 5 MB. Cropped to a square.</p>
          <div class="section-actions">
            <Button icon={ImageUp} busy={busy} onClick={() => file.current?.click()}>
              {account.avatar === null ? 'Choose picture' : 'Change picture'}
            </Button>
            {account.avatar !== null && (
              <Button
                icon={Trash}
                variant="ghost"
                onClick={() => void attempt(async () => onChange(await accountApi.deleteAvatar()))}
              >
                Remove
              </Button>
            )}
          </div>
        </div>
        <input
          ref={file}
          type="file"
          hidden
          aria-label="Picture file"
          accept="image/jpeg,image/png,image/webp,image/gif"
          onChange={(event) => {
            const [picture] = event.currentTarget.files ?? [];
            if (picture) void send(picture);
            event.currentTarget.value = '';
          }}
        />
      </div>
    </Card>
  );
}

function Name({ account, onChange }: ProfileSectionProps) {
  const [name, setName] = useState(account.displayName);
  const form = useSubmit(
    async () => {
      const changed = await accountApi.rename(name);
      setName(changed.displayName);
      onChange(changed);
      toast({ text: 'Name saved.', tone: 'good' });
    },
    { username_taken: 'displayName' },
  );
  return (
    <Card>
      <h2>Name</h2>
      <form class="account-form" onSubmit={form.submit} noValidate>
        <TextField
          label="Display name"
          name="displayName"
          value={name}
          onInput={setName}
          hint={`Visible to others. You log in as ${account.username}.`}
          error={form.issue('displayName') ?? form.message}
          autocomplete="nickname"
          maxLength={DISPLAY_NAME_MAX}
        />
        <div class="account-form-actions">
          <Button type="submit" variant="primary" busy={form.busy}>
            Save name
          </Button>
        </div>
      </form>
    </Card>
  );
}
