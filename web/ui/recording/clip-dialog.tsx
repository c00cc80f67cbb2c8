import { useState } from 'preact/hooks';
import { CLIP_MAX_MS, TITLE_MAX } from '../../../src/protocol/limits.js';
import { at } from '../../client/base-path.js';
import { recordingApi } from '../../client/recording-api.js';
import { FormError } from '../account/form-error.js';
import { SubmitDialog } from '../account/submit-dialog.js';
import { useSubmit } from '../account/use-submit.js';
import { Button } from '../components/button.js';
import { Dialog } from '../components/dialog.js';
import { TextField } from '../components/text-field.js';
import { clockTime, wordyDuration } from '../format/duration.js';
import { copyAddress } from '../components/copy-address.js';
import { type ClipRange, rangeAt, withEnd, withStart } from './clip-range.js';
import { type Preview, previewAt } from './previews.js';
import './clip-dialog.css';

export interface ClipDialogProps {
  recordingId: string;
  title: string;
  /** The duration of the recording, in ms. */
  durationMs: number;
  /** The playback position, in ms. */
  positionMs: number;
  previews: readonly Preview[];
  /** Seeks in the page's player; absent if that isn't possible. */
  onShow?: (positionMs: number) => void;
  onClose: () => void;
}

/**
 * The dialog in which users select a clip's range and title, and which then shows the clip's link.
 */
export function ClipDialog(props: ClipDialogProps) {
  const { recordingId, durationMs, onClose } = props;
  const [range, setRange] = useState(() => rangeAt(props.positionMs, durationMs));
  const [title, setTitle] = useState(props.title);
  const [createdId, setCreatedId] = useState<string | null>(null);
  const form = useSubmit(async () => {
    const startMs = Math.round(range.startMs);
    const lengthMs = Math.min(CLIP_MAX_MS, Math.round(range.endMs - range.startMs));
    const clip = { startMs, durationMs: lengthMs, title };
    setCreatedId((await recordingApi.createClip(recordingId, clip)).id);
  });
  if (createdId !== null) return <Created id={createdId} onClose={onClose} />;
  return (
    <SubmitDialog title="Create a clip" action="Create clip" form={form} onClose={onClose}>
      <form class="clip-form" onSubmit={form.submit} noValidate>
        <FormError message={form.message ?? form.issue('durationMs') ?? form.issue('startMs')} />
        <RangePicker
          range={range}
          durationMs={durationMs}
          previews={props.previews}
          onChange={(changed, shownMs) => {
            setRange(changed);
            props.onShow?.(shownMs);
          }}
        />
        <TextField
          label="Title"
          value={title}
          onInput={setTitle}
          error={form.issue('title')}
          autocomplete="off"
          maxLength={TITLE_MAX}
        />
      </form>
    </SubmitDialog>
  );
}

interface RangePickerProps {
  range: ClipRange;
  durationMs: number;
  previews: readonly Preview[];
  /** @param shownMs the position of the start or end, whichever was moved */
  onChange: (range: ClipRange, shownMs: number) => void;
}

function RangePicker({ range, durationMs, previews, onChange }: RangePickerProps) {
  const { startMs, endMs } = range;
  return (
    <div class="clip-range">
      <RangeEnd
        label="Starts at"
        valueMs={startMs}
        durationMs={durationMs}
        preview={previewAt(previews, startMs)}
        onChange={(ms) => {
          const changed = withStart(range, ms, durationMs);
          onChange(changed, changed.startMs);
        }}
      />
      <RangeEnd
        label="Ends at"
        valueMs={endMs}
        durationMs={durationMs}
        preview={previewAt(previews, endMs)}
        onChange={(ms) => {
          const changed = withEnd(range, ms, durationMs);
          onChange(changed, changed.endMs);
        }}
      />
      <p class="muted figures" role="status">
        {wordyDuration(endMs - startMs)}. Maximum: {wordyDuration(CLIP_MAX_MS)}.
      </p>
    </div>
  );
}

interface RangeEndProps {
  label: string;
  valueMs: number;
  durationMs: number;
  preview: Preview | null;
  onChange: (valueMs: number) => void;
}

function RangeEnd({ label, valueMs, durationMs, preview, onChange }: RangeEndProps) {
  return (
    <label class="clip-end">
      {preview && <img src={preview.url} alt="" width={96} height={54} />}
      <span class="clip-end-words">
        <span class="field-label">
          {label} <b class="figures">{clockTime(valueMs)}</b>
        </span>
        <input
          type="range"
          min="0"
          max={durationMs / 1_000}
          step="0.5"
          aria-valuetext={wordyDuration(valueMs)}
          value={valueMs / 1_000}
          onInput={(event) => onChange(event.currentTarget.valueAsNumber * 1_000)}
        />
      </span>
    </label>
  );
}

/** Shows the link of a new clip. */
function Created({ id, onClose }: { id: string; onClose: () => void }) {
  const address = `${location.origin}${at(`/clips/${id}`)}`;
  const [copied, setCopied] = useState(false);
  return (
    <Dialog
      title="Clip created"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Close</Button>
          <Button href={at(`/clips/${id}`)}>Watch clip</Button>
          <Button variant="primary" onClick={() => void copyAddress(address).then(setCopied)}>
            {copied ? 'Link copied' : 'Copy link'}
          </Button>
        </>
      }
    >
      <p class="clip-address">{address}</p>
    </Dialog>
  );
}
