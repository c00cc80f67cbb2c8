import type { Proof } from '../../client/account-api.js';
import { FormError } from './form-error.js';
import { ProofFields, proofBlame, useProof, type Ways } from './proof-fields.js';
import { SubmitDialog } from './submit-dialog.js';
import { useSubmit } from './use-submit.js';

export interface PasswordDialogProps {
  title: string;
  text: string;
  /** The label of the confirming button. */
  action: string;
  danger?: boolean;
  ways: Ways;
  /** Throws `RequestError`. */
  onConfirm: (proof: Proof) => Promise<void>;
  onClose: () => void;
}

/**
 * Confirms the user's identity before a sensitive action, so that access to the browser isn't
 * enough.
 */
export function PasswordDialog(props: PasswordDialogProps) {
  const typed = useProof(props.ways);
  const form = useSubmit(() => props.onConfirm(typed.proof), proofBlame(props.ways));
  return (
    <SubmitDialog
      title={props.title}
      action={props.action}
      danger={props.danger === true}
      form={form}
      onClose={props.onClose}
    >
      <p>{props.text}</p>
      <form class="account-form" onSubmit={form.submit} noValidate>
        <FormError message={form.message} />
        <ProofFields ways={props.ways} typed={typed} form={form} />
      </form>
    </SubmitDialog>
  );
}
