import { describe, expect, it } from 'vitest';
import { tabStorage } from '../../../../test/support/tab-storage.js';
import { StageMark } from './stage-mark.js';

describe('the mark of an open stage', () => {
  it('is found by the page that follows a reload, once', () => {
    const storage = tabStorage();
    const mark = new StageMark(storage);
    mark.opened('ann');
    mark.left();
    expect(new StageMark(storage).take('berta')).toBe('no');
    expect(new StageMark(storage).take('ann')).toBe('left');
    expect(new StageMark(storage).take('ann')).toBe('no');
  });

  it('distinguishes a copied tab from a reloaded one', () => {
    const storage = tabStorage();
    new StageMark(storage).opened('ann');
    expect(new StageMark(storage).take('ann')).toBe('unclear');
  });

  it('is gone when the stage has closed, and renewed when the page is shown again', () => {
    const storage = tabStorage();
    const mark = new StageMark(storage);
    mark.opened('ann');
    mark.left();
    mark.opened('ann');
    expect(new StageMark(storage).take('ann')).toBe('unclear');
    mark.opened('ann');
    mark.closed();
    expect(new StageMark(storage).take('ann')).toBe('no');
  });
});
