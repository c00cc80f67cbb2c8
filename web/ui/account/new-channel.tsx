import { useState } from 'preact/hooks';
import { TITLE_MAX } from '../../../src/protocol/limits.js';
import { at } from '../../client/base-path.js';
import { Button } from '../components/button.js';
import { TextField } from '../components/text-field.js';
import { FormError } from './form-error.js';
import { useSubmit } from './use-submit.js';

export interface NewChannelFormProps {
  /** The initial name. */
  suggestion: string;
  /** Creates the channel; throws `RequestError`. */
  onCreate: (name: string, title: string) => Promise<void>;
  onCancel?: () => void;
}

/** The form that creates a channel. */
export function NewChannelForm({ suggestion, onCreate, onCancel }: NewChannelFormProps) {
  const [name, setName] = useState(suggestion);
  const [title, setTitle] = useState('');
  const form = useSubmit(() => onCreate(name, title), {
    channel_name_taken: 'name',
  });
  return (
    <form class="account-form" onSubmit={form.submit} noValidate>
      <FormError message={form.message} />
      <TextField
        label="Channel name"
        name="name"
        value={name}
        onInput={setName}
        hint={`Its URL: ${location.host}${at(`/${name.trim().toLowerCase() || 'name'}`)}. You can’t change it later.`}
        error={form.issue('name')}
        autocomplete="off"
        autocapitalize="none"
        required
      />
      <TextField
        label="Title"
        name="title"
        value={title}
        onInput={setTitle}
        hint="Shown to viewers. You can change it at any time."
        error={form.issue('title')}
        autocomplete="off"
        maxLength={TITLE_MAX}
      />
      <div class="account-form-actions">
        {onCancel && <Button onClick={onCancel}>Cancel</Button>}
        <Button type="submit" variant="primary" busy={form.busy}>
          Create channel
        </Button>
      </div>
    </form>
  );
}
