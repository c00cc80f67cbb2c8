import { describe, expect, it } from 'vitest';
import { tabStorage } from '../../../../test/support/tab-storage.js';
import { StageMemory, type StageSettings } from './stage-memory.js';

const INITIAL: StageSettings = {
  shownId: null,
  previewsFirst: false,
  overlays: { banner: null, countdownToMs: null },
  volumes: new Map(),
};

const SET: StageSettings = {
  shownId: 'scene-2',
  previewsFirst: true,
  overlays: { banner: { author: 'Bob', text: 'Hello' }, countdownToMs: 1_800_000_000_000 },
  volumes: new Map([
    ['bob', 0],
    ['cid', 1.5],
  ]),
};

describe('the settings of a stage', () => {
  it('survive a reload, by channel, until they are forgotten', () => {
    const storage = tabStorage();
    const memory = new StageMemory(storage, 'ann');
    memory.keep(SET);
    expect(new StageMemory(storage, 'ann').read()).toEqual(SET);
    expect(new StageMemory(storage, 'berta').read()).toEqual(INITIAL);
    memory.forget();
    expect(new StageMemory(storage, 'ann').read()).toEqual(INITIAL);
  });

  it.each([
    'null',
    '{',
    '[1]',
    '{"shownId":1,"previewsFirst":"yes","overlays":[],"volumes":"loud"}',
    '{"overlays":{"banner":{"author":"Bob","text":""},"countdownToMs":"soon"}}',
    '{"overlays":{"banner":{"text":"no author"}},"volumes":{"bob":-1,"cid":"2","dan":3}}',
  ])('have their initial values instead of invalid ones: %s', (stored) => {
    const storage = tabStorage();
    new StageMemory(storage, 'ann').keep(SET);
    for (const key of storage.keys()) storage.setItem(key, stored);
    expect(new StageMemory(storage, 'ann').read()).toEqual(INITIAL);
  });
});
