import { useState } from 'preact/hooks';
import type { SecurityView } from '../../../src/protocol/account.js';
import type { Proof } from '../../client/account-api.js';
import { PasswordField } from '../components/password-field.js';
import { TextField } from '../components/text-field.js';
import type { Submission } from './use-submit.js';

/** The credentials with which the account's owner can confirm their identity. */
export type Ways = Pick<SecurityView, 'hasPassword' | 'secondFactor'>;

/** The credentials typed into an open form to confirm the user's identity. */
export interface TypedProof {
  password: string;
  code: string;
  setPassword: (password: string) => void;
  setCode: (code: string) => void;
  /** The credentials to send to the server. */
  proof: Proof;
  clear: () => void;
}

/** Stores the typed credentials. Accounts that log in only through a provider have no password. */
export function useProof({ hasPassword, secondFactor }: Ways): TypedProof {
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  return {
    password,
    code,
    setPassword,
    setCode,
    proof: { ...(hasPassword && { password }), ...(secondFactor && { code }) },
    clear: () => {
      setPassword('');
      setCode('');
    },
  };
}

/** Maps the error codes of a proof to the fields that they concern. */
export function proofBlame({ hasPassword, secondFactor }: Ways, passwordField = 'password') {
  return {
    ...(hasPassword && { wrong_password: passwordField }),
    ...(secondFactor && { wrong_code: 'code', second_factor_required: 'code' }),
  };
}

export interface ProofFieldsProps {
  ways: Ways;
  typed: TypedProof;
  form: Submission;
  /** The label of the password field, for a form that has another password field. */
  label?: string;
  name?: string;
}

/** Asks for the password and an authenticator code, if the account has them. */
export function ProofFields({
  ways,
  typed,
  form,
  label = 'Your password',
  name = 'password',
}: ProofFieldsProps) {
  return (
    <>
      {ways.hasPassword && (
        <PasswordField
          label={label}
          name={name}
          value={typed.password}
          onInput={typed.setPassword}
          error={form.issue(name)}
          autocomplete="current-password"
          required
        />
      )}
      {ways.secondFactor && (
        <TextField
          label="Code"
          name="code"
          value={typed.code}
          onInput={typed.setCode}
          hint="From your authenticator app, or a recovery code."
          error={form.issue('code')}
          autocomplete="one-time-code"
          autocapitalize="none"
          required
        />
      )}
    </>
  );
}
