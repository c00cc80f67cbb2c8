import type { StorageView } from '../../../src/protocol/storage.js';
import { count } from '../format/quantity.js';
import { sizeLabel } from '../format/size.js';

/** How much an account stores: `3.4 GB of 10.0 GB`. */
export function storageFacts({ bytes, limitBytes }: StorageView): string {
  return limitBytes === null ? sizeLabel(bytes) : `${sizeLabel(bytes)} of ${sizeLabel(limitBytes)}`;
}

/** How many clips it has. */
export const clipFacts = ({ clips, clipsMax }: StorageView): string =>
  `${count(clips)} of ${count(clipsMax)} clips`;

/** What is to be known before something goes, or isn't recorded; null: all is well. */
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
          ? 'Your oldest recordings are deleted when you broadcast. Download or keep for good what you don’t want to lose.'
          : 'When it is full, your oldest recordings are deleted, but for those that you keep for good.',
    };
  const what =
    keptBytes > bytes / 2
      ? 'Delete clips, or recordings that you keep for good'
      : 'Delete recordings or clips';
  return {
    title,
    text:
      state === 'full'
        ? `Your broadcasts are not recorded until there is room. ${what}.`
        : `When it is full, your broadcasts are not recorded any more. ${what}.`,
  };
}
