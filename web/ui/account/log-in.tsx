import { useState } from 'preact/hooks';
import { api } from '../../client/api.js';
import { Button } from '../components/button.js';
import { PasswordField } from '../components/password-field.js';
import { TextField } from '../components/text-field.js';
import { nextPath } from '../shell/next.js';
import { CredentialsCard } from './credentials-card.js';
import { FormError } from './form-error.js';
import { useSubmit } from './use-submit.js';

/** The log-in form; leads to `?next=` or home. */
export function LogIn() {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const form = useSubmit(
    async () => {
      await api.login(username, password);
      location.assign(nextPath(location.search, location.origin));
    },
    { wrong_credentials: 'password' },
  );
  return (
    <CredentialsCard
      title="Log in"
      lead="Welcome back."
      onSubmit={form.submit}
      elsewhere={
        <>
          New here? <a href={`/register${location.search}`}>Create an account</a>
        </>
      }
    >
      <FormError message={form.message} />
      <TextField
        label="Username"
        name="username"
        value={username}
        onInput={setUsername}
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
        error={form.issue('password')}
        autocomplete="current-password"
        required
      />
      <Button type="submit" variant="primary" size="l" wide busy={form.busy}>
        Log in
      </Button>
    </CredentialsCard>
  );
}
