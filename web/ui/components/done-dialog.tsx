import type { ComponentChildren } from 'preact';
import { Button } from './button.js';
import { Dialog } from './dialog.js';

export interface DoneDialogProps {
  title: string;
  children: ComponentChildren;
  onClose: () => void;
}

/**
 * A dialog that only shows information, or whose changes apply immediately. It therefore has only
 * one button.
 */
export function DoneDialog({ title, children, onClose }: DoneDialogProps) {
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <Button variant="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      {children}
    </Dialog>
  );
}
