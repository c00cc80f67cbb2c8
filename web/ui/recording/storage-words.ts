import type { StorageView } from '../../../src/protocol/storage.js';
import { count } from '../format/quantity.js';
import { sizeLabel } from '../format/size.js';

/** Formats an account's storage use, such as `3.4 GB of 10.0 GB`. */
export function storageFacts({ bytes, limitBytes }: StorageView): string {
  return limitBytes === null ? sizeLabel(bytes) : `${sizeLabel(bytes)} of ${sizeLabel(limitBytes)}`;
}

/** Formats an account's number of clips and its limit. */
export const clipFacts = ({ clips, clipsMax }: StorageView): string =>
  `${count(clips)} of ${count(clipsMax)} clips`;

/**
 * Returns a warning that recordings will be deleted or that broadcasts won't be recorded; null if
 * there is room.
 */
export function storageWarning(storage: StorageView): { title: string; text: string } | null {
  const { state, oldestGo, bytes, keptBytes, limitBytes } = storage;
  if (state === 'ok') return null;
  const isKeptOnly = keptBytes >= (limitBytes ?? Number.POSITIVE_INFINITY);
  const title = state === 'full' ? 'Your storage is full' : 'Your storage is nearly full';
  if (oldestGo && !isKeptOnly)
    return {
      title,
      text:
        state === 'full'
          ? 'Your oldest recordings are deleted when you broadcast. Download the ones you want, or set them to “Keep forever”.'
          : 'When it’s full, your oldest recordings will be deleted, except those you keep forever.',
    };
  const what =
    keptBytes > bytes / 2
      ? 'Delete clips, or recordings that you keep forever'
      : 'Delete recordings or clips';
  return {
    title,
    text:
      state === 'full'
        ? `Your broadcasts are not recorded until there is room. ${what}.`
        : `When it’s full, your broadcasts will no longer be recorded. ${what}.`,
  };
}
