import { useEffect, useRef, useState } from 'preact/hooks';
import { Check, Pencil, X } from 'lucide';
import { TITLE_MAX } from '../../../../src/protocol/limits.js';
import { RequestError } from '../../../client/request-error.js';
import { IconButton } from '../../components/icon-button.js';
import { toast } from '../../components/toast.js';
import type { OwnChannels } from '../state/own-channels.js';
import './title-editor.css';

/** The title in the bar, which can be edited in place during a broadcast. */
export function TitleEditor({ channels }: { channels: OwnChannels }) {
  const title = channels.chosen.value?.title ?? '';
  const [draft, setDraft] = useState<string | null>(null);
  const pencil = useRef<HTMLButtonElement>(null);

  function leave(): void {
    setDraft(null);
    // The button is rendered only after this call.
    queueMicrotask(() => pencil.current?.focus());
  }
  if (draft === null) {
    return (
      <div class="title-editor">
        <h1 class="title-text">{title || 'Untitled broadcast'}</h1>
        <IconButton
          icon={Pencil}
          label="Edit title"
          size="s"
          side="bottom"
          align="end"
          buttonRef={pencil}
          onClick={() => setDraft(title)}
        />
      </div>
    );
  }
  return (
    <TitleForm
      draft={draft}
      onInput={setDraft}
      onCancel={leave}
      onSave={() => void save(channels, draft).then((saved) => saved && leave())}
    />
  );
}

/** Saves a draft. Resolves to true if it was saved; otherwise the draft remains in the field. */
async function save(channels: OwnChannels, draft: string): Promise<boolean> {
  try {
    await channels.rename(draft.trim());
    return true;
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    toast({ text: `The title was not saved. ${error.message}`, tone: 'danger' });
    return false;
  }
}

interface TitleFormProps {
  draft: string;
  onInput: (draft: string) => void;
  onSave: () => void;
  onCancel: () => void;
}

function TitleForm({ draft, onInput, onSave, onCancel }: TitleFormProps) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.select(), []);
  return (
    <form
      class="title-editor"
      onSubmit={(event) => {
        event.preventDefault();
        onSave();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onCancel();
      }}
    >
      <h1 class="visually-hidden">Edit title</h1>
      <input
        class="field-control title-input"
        type="text"
        aria-label="Title"
        value={draft}
        maxLength={TITLE_MAX}
        autocomplete="off"
        ref={input}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      <IconButton icon={Check} label="Save title" size="s" side="bottom" onClick={onSave} />
      <IconButton icon={X} label="Cancel" size="s" side="bottom" onClick={onCancel} />
    </form>
  );
}
