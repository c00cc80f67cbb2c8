import { useState } from 'preact/hooks';
import type { Visibility } from '../../../src/protocol/access.js';
import { TITLE_MAX } from '../../../src/protocol/limits.js';
import type { RecordingView } from '../../../src/protocol/recording.js';
import { recordingApi } from '../../client/recording-api.js';
import { FormError } from '../account/form-error.js';
import { useSubmit } from '../account/use-submit.js';
import { Button } from '../components/button.js';
import { Dialog } from '../components/dialog.js';
import { Select } from '../components/select.js';
import { Switch } from '../components/switch.js';
import { TextField } from '../components/text-field.js';
import './edit-dialog.css';

const CHOICES: readonly { value: Visibility; label: string; hint: string }[] = [
  { value: 'public', label: 'As the channel', hint: 'Whoever may watch the channel.' },
  { value: 'unlisted', label: 'With the link', hint: 'Not among past broadcasts.' },
  { value: 'password', label: 'With the channel’s password', hint: 'It is asked for on the page.' },
  { value: 'private', label: 'Private', hint: 'You, your moderators and the channel’s list.' },
];

export interface EditDialogProps {
  recording: RecordingView;
  onChanged: (recording: RecordingView) => void;
  onClose: () => void;
}

/** What a recording is called, who may watch it, and whether it stays. */
export function EditDialog({ recording, onChanged, onClose }: EditDialogProps) {
  const [title, setTitle] = useState(recording.title);
  const [visibility, setVisibility] = useState(recording.visibility);
  const [kept, setKept] = useState(recording.kept);
  const form = useSubmit(async () => {
    const changed = await recordingApi.change(recording.id, {
      ...(title !== recording.title && { title }),
      ...(visibility !== recording.visibility && { visibility }),
      ...(kept !== recording.kept && { kept }),
    });
    onChanged(changed);
    onClose();
  });
  return (
    <Dialog
      title="Edit recording"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" busy={form.busy} onClick={() => form.submit()}>
            Save
          </Button>
        </>
      }
    >
      <form class="edit-recording" onSubmit={form.submit} noValidate>
        <FormError message={form.message} />
        <TextField
          label="Title"
          value={title}
          onInput={setTitle}
          error={form.issue('title')}
          autocomplete="off"
          maxLength={TITLE_MAX}
        />
        <Select
          label="Can be watched by"
          value={visibility}
          options={CHOICES}
          hint={CHOICES.find(({ value }) => value === visibility)?.hint}
          onChange={setVisibility}
        />
        <Switch
          label="Keep for good"
          hint="Not deleted when the channel’s recordings get old or many"
          checked={kept}
          onChange={setKept}
        />
      </form>
    </Dialog>
  );
}
