import { HardDrive } from 'lucide';
import type { StorageView } from '../../../src/protocol/storage.js';
import { Icon } from '../components/icon.js';
import { clipFacts, storageFacts, storageWarning } from './storage-words.js';
import './storage-notice.css';

/** An account's storage use, with a warning if the limit is near or has been reached. */
export function StorageNotice({
  storage,
  always = false,
}: {
  storage: StorageView;
  /** Whether to show the storage use even if there is no warning. */
  always?: boolean;
}) {
  const { bytes, limitBytes, state } = storage;
  const warning = storageWarning(storage);
  if (warning === null && !always) return null;
  return (
    <div class={`storage storage-${state}`} role={warning === null ? undefined : 'status'}>
      <p class="storage-facts figures">
        <Icon icon={HardDrive} size={18} /> {storageFacts(storage)}
        {always && <span class="muted"> · {clipFacts(storage)}</span>}
      </p>
      {limitBytes !== null && (
        <meter
          class="storage-meter"
          aria-label="Storage used"
          min={0}
          max={Math.max(1, limitBytes)}
          value={Math.min(bytes, limitBytes)}
        />
      )}
      {warning !== null && (
        <p>
          <strong>{warning.title}.</strong> {warning.text}
        </p>
      )}
    </div>
  );
}
