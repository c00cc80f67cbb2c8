import { PASSWORD_MIN } from '../../../src/protocol/limits.js';
import { PasswordField } from '../components/password-field.js';
import { TextField } from '../components/text-field.js';
import type { Submission } from './use-submit.js';

export interface NewCredentialsProps {
  username: string;
  password: string;
  onUsername: (username: string) => void;
  onPassword: (password: string) => void;
  form: Submission;
}

/** The username and password fields of a new account. */
export function NewCredentials(props: NewCredentialsProps) {
  return (
    <>
      <TextField
        label="Username"
        name="username"
        value={props.username}
        onInput={props.onUsername}
        hint="3 to 30 letters, digits, “-” or “_”. Visible to everyone."
        error={props.form.issue('username')}
        autocomplete="username"
        autocapitalize="none"
        required
      />
      <PasswordField
        label="Password"
        name="password"
        value={props.password}
        onInput={props.onPassword}
        hint={`At least ${PASSWORD_MIN} characters.`}
        error={props.form.issue('password')}
        autocomplete="new-password"
        required
      />
    </>
  );
}
