import { useState } from 'preact/hooks';
import { PASSWORD_MIN } from '../../../src/protocol/limits.js';
import { api } from '../../client/api.js';
import { Button } from '../components/button.js';
import { PasswordField } from '../components/password-field.js';
import { TextField } from '../components/text-field.js';
import { nextPath } from '../shell/next.js';
import { CredentialsCard } from './credentials-card.js';
import { FormError } from './form-error.js';
import { useSubmit } from './use-submit.js';

/** The form for a new account; leads to `?next=` or the studio. */
export function Register() {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const form = useSubmit(
    async () => {
      await api.register(username, password);
      location.assign(nextPath(location.search, location.origin, '/studio'));
    },
    { username_taken: 'username' },
  );
  return (
    <CredentialsCard
      title="Create an account"
      lead="Go live from your browser, and chat under your own name."
      onSubmit={form.submit}
      elsewhere={
        <>
          Have an account? <a href={`/login${location.search}`}>Log in</a>
        </>
      }
    >
      <FormError message={form.message} />
      <TextField
        label="Username"
        name="username"
        value={username}
        onInput={setUsername}
        hint="3 to 30 letters, digits, “-” or “_”. Everybody sees it."
        error={form.issue('username')}
        autocomplete="username"
        autocapitalize="none"
        required
      />
      <PasswordField
        label="Password"
        name="password"
        value={password}
        onInput={setPassword}
        hint={`At least ${PASSWORD_MIN} characters.`}
        error={form.issue('password')}
        autocomplete="new-password"
        required
      />
      <Button type="submit" variant="primary" size="l" wide busy={form.busy}>
        Create account
      </Button>
    </CredentialsCard>
  );
}
