import { useState } from 'preact/hooks';
import { CLIP_MAX_MS, TITLE_MAX } from '../../../src/protocol/limits.js';
import { at } from '../../client/base-path.js';
import { recordingApi } from '../../client/recording-api.js';
import { FormError } from '../account/form-error.js';
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
  /** How much there is to choose from, milliseconds. */
  durationMs: number;
  /** Where it plays. */
  positionMs: number;
  previews: readonly Preview[];
  /** Shows a moment in the page's player; absent: there is nothing that could. */
  onShow?: (positionMs: number) => void;
  onClose: () => void;
}

/** Makes a clip: where it begins and ends, and what it is called; then says where it is. */
export function ClipDialog(props: ClipDialogProps) {
  const { recordingId, durationMs, onClose } = props;
  const [range, setRange] = useState(() => rangeAt(props.positionMs, durationMs));
  const [title, setTitle] = useState(props.title);
  const [madeId, setMadeId] = useState<string | null>(null);
  const form = useSubmit(async () => {
    const startMs = Math.round(range.startMs);
    const lengthMs = Math.min(CLIP_MAX_MS, Math.round(range.endMs - range.startMs));
    const clip = { startMs, durationMs: lengthMs, title };
    setMadeId((await recordingApi.createClip(recordingId, clip)).id);
  });
  if (madeId !== null) return <Made id={madeId} onClose={onClose} />;
  return (
    <Dialog
      title="Make a clip"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" busy={form.busy} onClick={() => form.submit()}>
            Create clip
          </Button>
        </>
      }
    >
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
    </Dialog>
  );
}

interface RangePickerProps {
  range: ClipRange;
  durationMs: number;
  previews: readonly Preview[];
  /** @param shownMs the end that was moved */
  onChange: (range: ClipRange, shownMs: number) => void;
}

function RangePicker({ range, durationMs, previews, onChange }: RangePickerProps) {
  const { startMs, endMs } = range;
  return (
    <div class="clip-range">
      <RangeEnd
        label="Begins at"
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
        {wordyDuration(endMs - startMs)} of at most {wordyDuration(CLIP_MAX_MS)}.
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

/** It is there: where. */
function Made({ id, onClose }: { id: string; onClose: () => void }) {
  const address = `${location.origin}${at(`/clips/${id}`)}`;
  const [copied, setCopied] = useState(false);
  return (
    <Dialog
      title="The clip is made"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Close</Button>
          <Button href={at(`/clips/${id}`)}>Watch it</Button>
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
