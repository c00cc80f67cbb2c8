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
  it('says nothing while there is room', () => {
    expect(storageWarning(view({ state: 'ok' }))).toBeNull();
  });

  it.each([
    ['the oldest will go', {}, /nearly full/, /oldest recordings are deleted, but/],
    ['the oldest go', { state: 'full' }, /is full/, /deleted when you broadcast/],
    ['nothing will be recorded', { oldestGo: false }, /nearly full/, /not recorded any more/],
    [
      'nothing is recorded, since all is kept',
      { state: 'full', bytes: 10 * GB, keptBytes: 10 * GB },
      /is full/,
      /not recorded until.*keep for good/,
    ],
  ] as const)('says that %s', (_what, changed, title, text) => {
    const warning = storageWarning(view(changed));
    expect(warning?.title).toMatch(title);
    expect(warning?.text).toMatch(text);
  });
});

describe('storageFacts', () => {
  it('names the limit where there is one', () => {
    expect(storageFacts(view({}))).toMatch(/^\S+ GB of \S+ GB$/);
    expect(storageFacts(view({ limitBytes: null }))).toMatch(/^\S+ GB$/);
  });
});
