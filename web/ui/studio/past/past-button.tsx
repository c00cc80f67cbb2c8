import { useState } from 'preact/hooks';
import { History } from 'lucide';
import { Button } from '../../components/button.js';
import { toast } from '../../components/toast.js';
import type { StudioPast } from './studio-past.js';

/** Opens the list of past broadcasts, whose code is loaded on the first click. */
export function PastButton({ channel }: { channel: string }) {
  const [List, setList] = useState<{ view: typeof StudioPast } | null>(null);
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);

  async function show(): Promise<void> {
    setBusy(true);
    try {
      const { StudioPast: view } = await import('./studio-past.js');
      setList({ view });
      setOpen(true);
    } catch {
      // The network failed after the page was loaded.
      toast({ text: 'Couldn’t load past broadcasts. Try again.', tone: 'danger' });
    } finally {
      setBusy(false);
    }
  }
  return (
    <>
      <Button icon={History} busy={busy} popup="dialog" onClick={() => void show()}>
        Past broadcasts
      </Button>
      {open && List && <List.view channel={channel} onClose={() => setOpen(false)} />}
    </>
  );
}
