import { useState } from 'preact/hooks';
import { Cable } from 'lucide';
import { Button } from '../../components/button.js';
import { toast } from '../../components/toast.js';
import type { ProgramsDialog } from './programs-dialog.js';

/** Opens the instructions for OBS and other encoders, whose code is loaded on the first click. */
export function ProgramsButton({ channel }: { channel: string }) {
  const [dialog, setDialog] = useState<{ View: typeof ProgramsDialog } | null>(null);
  const [busy, setBusy] = useState(false);

  async function show(): Promise<void> {
    setBusy(true);
    try {
      const { ProgramsDialog: View } = await import('./programs-dialog.js');
      setDialog({ View });
    } catch {
      // The network failed after the page was loaded.
      toast({ text: 'Couldn’t load the instructions. Try again.', tone: 'danger' });
    } finally {
      setBusy(false);
    }
  }
  return (
    <>
      <Button icon={Cable} busy={busy} popup="dialog" onClick={() => void show()}>
        Stream with OBS or another encoder
      </Button>
      {dialog && <dialog.View channel={channel} onClose={() => setDialog(null)} />}
    </>
  );
}
