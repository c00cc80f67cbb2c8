import { useState } from 'preact/hooks';
import type { SecurityView } from '../../../src/protocol/account.js';
import type { Proof } from '../../client/account-api.js';
import { PasswordField } from '../components/password-field.js';
import { TextField } from '../components/text-field.js';
import type { Submission } from './use-submit.js';

/** How an account shows that somebody is its owner. */
export type Ways = Pick<SecurityView, 'hasPassword' | 'secondFactor'>;

/** What is typed to show that the account is one's own, while a form is open. */
export interface TypedProof {
  password: string;
  code: string;
  setPassword: (password: string) => void;
  setCode: (code: string) => void;
  /** What the server is asked with. */
  proof: Proof;
  clear: () => void;
}

/** Keeps what is typed. Who logs in by a provider only has no password to type. */
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

/** The fields that the errors of a proof are about. */
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
  /** Another password has that label in the same form. */
  label?: string;
  name?: string;
}

/** Asks for the password, and a code of the second factor, as far as the account has them. */
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
          hint="From your authenticator app, or one of your recovery codes."
          error={form.issue('code')}
          autocomplete="one-time-code"
          autocapitalize="none"
          required
        />
      )}
    </>
  );
}
