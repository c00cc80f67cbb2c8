import { signal } from '@preact/signals';
import { Button } from './button.js';
import { Dialog } from './dialog.js';

export interface Question {
  title: string;
  text: string;
  /** The label of the confirming button. */
  action: string;
  /** The label of the canceling button. */
  cancel?: string;
  danger?: boolean;
}

interface OpenQuestion extends Question {
  answer: (goAhead: boolean) => void;
}

const question = signal<OpenQuestion | null>(null);

/**
 * Asks for confirmation; resolves to true if the user confirms. A question that is still open is
 * answered with no.
 */
export function confirm(asked: Question): Promise<boolean> {
  question.value?.answer(false);
  return new Promise((resolve) => {
    question.value = {
      ...asked,
      answer: (goAhead) => {
        question.value = null;
        resolve(goAhead);
      },
    };
  });
}

/** Renders the open question. `Page` contains this component once. */
export function Confirmation() {
  const open = question.value;
  if (!open) return null;
  return (
    <Dialog
      title={open.title}
      onClose={() => open.answer(false)}
      actions={
        <>
          <Button onClick={() => open.answer(false)}>{open.cancel ?? 'Cancel'}</Button>
          <Button variant={open.danger ? 'danger' : 'primary'} onClick={() => open.answer(true)}>
            {open.action}
          </Button>
        </>
      }
    >
      <p>{open.text}</p>
    </Dialog>
  );
}
