import { useState } from 'preact/hooks';
import type { Visibility } from '../../../src/protocol/access.js';
import { TITLE_MAX } from '../../../src/protocol/limits.js';
import type { RecordingView } from '../../../src/protocol/recording.js';
import { recordingApi } from '../../client/recording-api.js';
import { FormError } from '../account/form-error.js';
import { SubmitDialog } from '../account/submit-dialog.js';
import { useSubmit } from '../account/use-submit.js';
import { Select } from '../components/select.js';
import { Switch } from '../components/switch.js';
import { TextField } from '../components/text-field.js';
import './edit-dialog.css';

const CHOICES: readonly { value: Visibility; label: string; hint: string }[] = [
  { value: 'public', label: 'Same as the channel', hint: 'Everyone who can watch the channel.' },
  { value: 'unlisted', label: 'Anyone with the link', hint: 'Not listed in past broadcasts.' },
  { value: 'password', label: 'Anyone with the channel password', hint: 'The page asks for it.' },
  {
    value: 'private',
    label: 'Accounts on the list',
    hint: 'You and your moderators can always watch.',
  },
];

export interface EditDialogProps {
  recording: RecordingView;
  onChanged: (recording: RecordingView) => void;
  onClose: () => void;
}

/** Edits a recording's title, audience and retention. */
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
    <SubmitDialog title="Edit recording" action="Save" form={form} onClose={onClose}>
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
          label="Audience"
          value={visibility}
          options={CHOICES}
          hint={CHOICES.find(({ value }) => value === visibility)?.hint}
          onChange={setVisibility}
        />
        <Switch
          label="Keep forever"
          hint="Exempt from automatic deletion"
          checked={kept}
          onChange={setKept}
        />
      </form>
    </SubmitDialog>
  );
}
