import { useEffect, useRef, useState } from 'preact/hooks';
import { ImageUp, Trash2 } from 'lucide';
import { STAGE_PICTURE_BYTES_MAX } from '../../../../src/protocol/limits.js';
import { RequestError } from '../../../client/request-error.js';
import { FormError } from '../../account/form-error.js';
import { Button } from '../../components/button.js';
import { confirm } from '../../components/confirm.js';
import { IconButton } from '../../components/icon-button.js';
import { Select } from '../../components/select.js';
import { sizeLabel } from '../../format/size.js';
import type { HostStage } from './host-stage.js';

interface PictureFieldProps {
  label: string;
  host: HostStage;
  /** The id of the chosen picture; null for none. */
  value: string | null;
  onChange: (id: string | null) => void;
}

/** The field to choose one of the channel's pictures, upload another, or delete the chosen one. */
export function PictureField({ label, host, value, onChange }: PictureFieldProps) {
  const { pictures } = host;
  const file = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | undefined>(undefined);
  useEffect(() => {
    // If the list can't be loaded, a picture can still be uploaded.
    pictures.load().catch(() => undefined);
  }, [pictures]);

  async function send(picture: File): Promise<void> {
    if (picture.size > STAGE_PICTURE_BYTES_MAX) {
      const limit = sizeLabel(STAGE_PICTURE_BYTES_MAX);
      setError(`This picture is larger than ${limit}. Choose a smaller one.`);
      return;
    }
    await attempt(async () => onChange((await pictures.add(picture)).id));
  }

  async function remove(id: string): Promise<void> {
    const used = host.scenes.scenesWith(id).length;
    const isSure = await confirm({
      title: 'Delete this picture?',
      text: `${used === 1 ? '1 scene uses' : `${used} scenes use`} it and will no longer show it.`,
      action: 'Delete picture',
      danger: true,
    });
    if (!isSure) return;
    await attempt(async () => {
      await pictures.remove(id);
      host.scenes.removePicture(id);
    });
  }

  /**
   * Runs an action on the server. Errors are shown here, because a toast would be behind the
   * dialog.
   */
  async function attempt(run: () => Promise<void>): Promise<void> {
    setBusy(true);
    setError(undefined);
    try {
      await run();
    } catch (failure) {
      if (!(failure instanceof RequestError)) throw failure;
      setError(failure.message);
    } finally {
      setBusy(false);
    }
  }

  const all = pictures.all.value;
  const isKnown = value === null || all.some(({ id }) => id === value);
  return (
    <div class="picture-field">
      <Select
        label={label}
        value={value ?? ''}
        options={[
          { value: '', label: 'None' },
          ...(isKnown ? [] : [{ value: value ?? '', label: 'A picture' }]),
          ...all.map(({ id, name }) => ({ value: id, label: name || 'A picture' })),
        ]}
        onChange={(id) => onChange(id === '' ? null : id)}
      />
      <Button icon={ImageUp} busy={busy} onClick={() => file.current?.click()}>
        Upload
      </Button>
      {value !== null && (
        <IconButton
          icon={Trash2}
          label={`Delete this picture (${label.toLowerCase()})`}
          align="end"
          onClick={() => void remove(value)}
        />
      )}
      <input
        ref={file}
        type="file"
        hidden
        aria-label={`File for ${label.toLowerCase()}`}
        accept="image/jpeg,image/png,image/webp,image/gif"
        onChange={(event) => {
          const [picture] = event.currentTarget.files ?? [];
          if (picture) void send(picture);
          event.currentTarget.value = '';
        }}
      />
      {error !== undefined && (
        <div class="picture-field-error">
          <FormError message={error} />
        </div>
      )}
    </div>
  );
}
