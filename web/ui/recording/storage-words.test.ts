import { describe, expect, it } from 'vitest';
import type { StorageView } from '../../../src/protocol/storage.js';
import { storageFacts, storageWarning } from './storage-words.js';

const GB = 1e9;
const view = (changed: Partial<StorageView>): StorageView => ({
  bytes: 8 * GB,
  keptBytes: 0,
  limitBytes: 10 * GB,
  state: 'near',
  oldestGo: true,
  clips: 3,
  clipsMax: 500,
  ...changed,
});

describe('storageWarning', () => {
  it('is null while there is room', () => {
    expect(storageWarning(view({ state: 'ok' }))).toBeNull();
  });

  it.each([
    [
      'the oldest recordings will be deleted',
      {},
      /nearly full/,
      /oldest recordings will be deleted, except/,
    ],
    [
      'the oldest recordings are deleted',
      { state: 'full' },
      /is full/,
      /deleted when you broadcast/,
    ],
    [
      'broadcasts will not be recorded',
      { oldestGo: false },
      /nearly full/,
      /no longer be recorded/,
    ],
    [
      'broadcasts are not recorded, since all recordings are kept',
      { state: 'full', bytes: 10 * GB, keptBytes: 10 * GB },
      /is full/,
      /not recorded until.*keep forever/,
    ],
  ] as const)('warns that %s', (_what, changed, title, text) => {
    const warning = storageWarning(view(changed));
    expect(warning?.title).toMatch(title);
    expect(warning?.text).toMatch(text);
  });
});

describe('storageFacts', () => {
  it('includes the limit if there is one', () => {
    expect(storageFacts(view({}))).toMatch(/^\S+ GB of \S+ GB$/);
    expect(storageFacts(view({ limitBytes: null }))).toMatch(/^\S+ GB$/);
  });
});
