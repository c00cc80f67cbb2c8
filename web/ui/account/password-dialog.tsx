import { useState } from 'preact/hooks';
import { Button } from '../components/button.js';
import { Dialog } from '../components/dialog.js';
import { PasswordField } from '../components/password-field.js';
import { FormError } from './form-error.js';
import { useSubmit } from './use-submit.js';

export interface PasswordDialogProps {
  title: string;
  text: string;
  /** What the button says. */
  action: string;
  danger?: boolean;
  /** Who logs in by a provider only types none. */
  hasPassword: boolean;
  /** Throws `RequestError`. */
  onConfirm: (proof: { password?: string }) => Promise<void>;
  onClose: () => void;
}

/** Asks for the password again, before what a borrowed browser must not be enough for. */
export function PasswordDialog(props: PasswordDialogProps) {
  const [password, setPassword] = useState('');
  const form = useSubmit(() => props.onConfirm(props.hasPassword ? { password } : {}), {
    ...(props.hasPassword && { wrong_password: 'password' }),
  });
  return (
    <Dialog
      title={props.title}
      onClose={props.onClose}
      actions={
        <>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button
            variant={props.danger ? 'danger' : 'primary'}
            busy={form.busy}
            onClick={form.submit}
          >
            {props.action}
          </Button>
        </>
      }
    >
      <p>{props.text}</p>
      <form class="account-form" onSubmit={form.submit} noValidate>
        <FormError message={form.message} />
        {props.hasPassword && (
          <PasswordField
            label="Your password"
            name="password"
            value={password}
            onInput={setPassword}
            error={form.issue('password')}
            autocomplete="current-password"
            required
          />
        )}
      </form>
    </Dialog>
  );
}
