import { useState } from 'preact/hooks';
import { UserPlus } from 'lucide';
import type { SceneFormat } from '../../../../src/protocol/scene.js';
import { breakoutBox } from '../../../client/capture/breakout-box.js';
import { RequestError } from '../../../client/request-error.js';
import { FormError } from '../../account/form-error.js';
import { Button } from '../../components/button.js';
import { Dialog } from '../../components/dialog.js';
import { Select } from '../../components/select.js';
import type { StageSlot } from '../state/stage-slot.js';
import './open-stage.css';

interface OpenStageProps {
  slot: StageSlot;
  channel: string;
  /** Whether the broadcast is live, in which case the video's format can't change. */
  isLive: boolean;
}

/** The button that opens the stage, on which guests appear. */
export function OpenStageButton(props: OpenStageProps) {
  const [isOpen, setOpen] = useState(false);
  if (!props.slot.isAvailable) return null;
  return (
    <>
      <Button icon={UserPlus} popup="dialog" onClick={() => setOpen(true)}>
        Invite guests
      </Button>
      {isOpen && <OpenStageDialog {...props} onClose={() => setOpen(false)} />}
    </>
  );
}

const FORMATS = [
  { value: 'wide', label: 'Wide, 16:9' },
  { value: 'vertical', label: 'Vertical, 9:16 (for phones)' },
] as const;

function OpenStageDialog({
  slot,
  channel,
  isLive,
  onClose,
}: OpenStageProps & { onClose: () => void }) {
  const [format, setFormat] = useState<SceneFormat>('wide');
  const [error, setError] = useState<string | undefined>(undefined);

  async function open(): Promise<void> {
    setError(undefined);
    try {
      await slot.open(channel, isLive ? 'wide' : format);
      onClose();
    } catch (failure) {
      setError(
        failure instanceof RequestError
          ? failure.message
          : 'Couldn’t open the stage. Check your connection, and try again.',
      );
    }
  }

  return (
    <Dialog
      title="Invite guests"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" busy={slot.opening.value} onClick={() => void open()}>
            Open the stage
          </Button>
        </>
      }
    >
      <p>
        Guests join from their browsers with a link from you. You see who is waiting and bring them
        on stage. This browser mixes everyone into the video that viewers see.
      </p>
      {!isLive && (
        <Select
          label="Format"
          value={format}
          options={FORMATS}
          onChange={setFormat}
          hint="You can’t change it during the broadcast."
        />
      )}
      {breakoutBox() === null && (
        <p class="stage-warning" role="note">
          In this browser, the video slows down while this tab is hidden. Chrome, Edge and other
          Chromium-based browsers keep it at full speed.
        </p>
      )}
      <FormError message={error} />
    </Dialog>
  );
}
