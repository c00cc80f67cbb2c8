import { useState } from 'preact/hooks';
import { Lock } from 'lucide';
import { api } from '../../client/api.js';
import { FormError } from '../account/form-error.js';
import { useSubmit } from '../account/use-submit.js';
import { Button } from '../components/button.js';
import { Icon } from '../components/icon.js';
import { PasswordField } from '../components/password-field.js';
import './unlock-form.css';

/** Asks for a channel's password. The correct password opens the channel. */
export function UnlockForm({ name }: { name: string }) {
  const [password, setPassword] = useState('');
  const form = useSubmit(
    async () => {
      await api.unlock(name, password);
      // The server renders the page again, now with the channel.
      location.reload();
    },
    { wrong_password: 'password' },
  );
  return (
    <form class="unlock" onSubmit={form.submit} noValidate>
      <span class="unlock-picture">
        <Icon icon={Lock} size={32} />
      </span>
      <h1>{name} is password-protected</h1>
      <p class="muted">
        Enter the password to watch. The person who invited you can give it to you.
      </p>
      <FormError message={form.message} />
      <PasswordField
        label="Channel password"
        name="channel-password"
        value={password}
        onInput={setPassword}
        error={form.issue('password')}
        autocomplete="off"
        required
      />
      <Button type="submit" variant="primary" size="l" wide busy={form.busy}>
        Watch
      </Button>
    </form>
  );
}
