import { useState } from 'preact/hooks';
import { Button } from '../../components/button.js';
import { Dialog } from '../../components/dialog.js';
import { Select } from '../../components/select.js';
import type { SceneBook } from './scene-book.js';

const MINUTES = [1, 2, 3, 5, 10, 15, 30, 60];
const MINUTE_MS = 60_000;

interface CountdownDialogProps {
  scenes: SceneBook;
  serverNowMs: () => number;
  onClose: () => void;
}

/** Starts a countdown over the video. */
export function CountdownDialog({ scenes, serverNowMs, onClose }: CountdownDialogProps) {
  const [minutes, setMinutes] = useState('5');

  function start(): void {
    scenes.setOverlays({ countdownToMs: serverNowMs() + Number(minutes) * MINUTE_MS });
    onClose();
  }

  return (
    <Dialog
      title="Start a countdown"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" onClick={start}>
            Start
          </Button>
        </>
      }
    >
      <Select
        label="Length"
        value={minutes}
        options={MINUTES.map((count) => ({
          value: String(count),
          label: count === 1 ? '1 minute' : `${count} minutes`,
        }))}
        onChange={setMinutes}
      />
    </Dialog>
  );
}
