import type { ComponentChildren } from 'preact';
import { Button } from '../components/button.js';
import { Dialog } from '../components/dialog.js';
import type { Submission } from './use-submit.js';

export interface SubmitDialogProps {
  title: string;
  /** The label of the button that submits. */
  action: string;
  danger?: boolean;
  form: Submission;
  onClose: () => void;
  children: ComponentChildren;
}

/** A dialog with a form, and the buttons that cancel and submit it. */
export function SubmitDialog(props: SubmitDialogProps) {
  const { title, action, danger = false, form, onClose, children } = props;
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant={danger ? 'danger' : 'primary'} busy={form.busy} onClick={form.submit}>
            {action}
          </Button>
        </>
      }
    >
      {children}
    </Dialog>
  );
}
