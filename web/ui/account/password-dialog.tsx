import type { Proof } from '../../client/account-api.js';
import { Button } from '../components/button.js';
import { Dialog } from '../components/dialog.js';
import { FormError } from './form-error.js';
import { ProofFields, proofBlame, useProof, type Ways } from './proof-fields.js';
import { useSubmit } from './use-submit.js';

export interface PasswordDialogProps {
  title: string;
  text: string;
  /** What the button says. */
  action: string;
  danger?: boolean;
  ways: Ways;
  /** Throws `RequestError`. */
  onConfirm: (proof: Proof) => Promise<void>;
  onClose: () => void;
}

/** Asks once more who it is, before what a borrowed browser must not be enough for. */
export function PasswordDialog(props: PasswordDialogProps) {
  const typed = useProof(props.ways);
  const form = useSubmit(() => props.onConfirm(typed.proof), proofBlame(props.ways));
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
        <ProofFields ways={props.ways} typed={typed} form={form} />
      </form>
    </Dialog>
  );
}
