import { useEffect, useState } from 'preact/hooks';
import { TITLE_MAX } from '../../../../src/protocol/limits.js';
import { RequestError } from '../../../client/request-error.js';
import { TextField } from '../../components/text-field.js';
import type { OwnChannels } from '../state/own-channels.js';

/** The title field before going live. The title is saved when the field loses focus. */
export function TitleField({ channels }: { channels: OwnChannels }) {
  const saved = channels.chosen.value?.title ?? '';
  const [title, setTitle] = useState(saved);
  const [error, setError] = useState<string | undefined>(undefined);
  // The saved title changes when another channel is selected, or when the title is changed
  // elsewhere.
  useEffect(() => setTitle(saved), [saved]);

  async function save(): Promise<void> {
    try {
      await channels.rename(title.trim());
      setError(undefined);
    } catch (failure) {
      if (!(failure instanceof RequestError)) throw failure;
      setError(`Not saved. ${failure.issueAt('title') ?? failure.message}`);
    }
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <TextField
        label="Title"
        value={title}
        onInput={setTitle}
        onBlur={() => void save()}
        placeholder="What is your broadcast about?"
        maxLength={TITLE_MAX}
        autocomplete="off"
        error={error}
      />
    </form>
  );
}
