import { Scissors } from 'lucide';
import { useState } from 'preact/hooks';
import type { RecordingView } from '../../../src/protocol/recording.js';
import { Button } from '../components/button.js';
import { toast } from '../components/toast.js';
import type { LiveClip } from '../recording/live-clip.js';

/**
 * Creates a clip of the last moments. The clip editor's code is loaded when the button is pressed.
 */
export function ClipButton({ broadcastId }: { broadcastId: string }) {
  const [busy, setBusy] = useState(false);
  const [open, setOpen] = useState<{ Dialog: typeof LiveClip; recording: RecordingView }>();

  async function begin(): Promise<void> {
    setBusy(true);
    try {
      const { LiveClip: Dialog, findClippable } = await import('../recording/live-clip.js');
      const recording = await findClippable(broadcastId);
      if (recording) setOpen({ Dialog, recording });
    } catch {
      // The network must have failed after the page was loaded.
      toast({ text: 'Couldn’t load the clip editor. Try again.', tone: 'danger' });
    } finally {
      setBusy(false);
    }
  }
  return (
    <>
      <Button icon={Scissors} busy={busy} popup="dialog" onClick={() => void begin()}>
        Clip
      </Button>
      {open && <open.Dialog recording={open.recording} onClose={() => setOpen(undefined)} />}
    </>
  );
}
