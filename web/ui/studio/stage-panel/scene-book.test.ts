import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SCENE_NAME_MAX } from '../../../../src/protocol/limits.js';
import { SceneList } from '../../../../src/protocol/scene.js';
import { type BookSettings, SceneBook } from './scene-book.js';

const id = (number: number): string =>
  `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

function book(list: SceneList = { format: 'wide', scenes: [] }, remembered?: BookSettings) {
  let next = 0;
  const saved: SceneList[] = [];
  const scenes = new SceneBook({
    list,
    ...(remembered && { remembered }),
    newId: () => id((next += 1)),
    save: (one) => saved.push(one),
  });
  return { scenes, saved };
}

describe('the scenes of a channel', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('begin with one scene for each layout, which the server would accept', () => {
    const { scenes, saved } = book();
    expect(scenes.scenes.value.map(({ layout }) => layout)).toEqual([
      'grid',
      'solo',
      'side-by-side',
      'speaker',
      'picture-in-picture',
      'screen',
    ]);
    scenes.change(id(1), { ticker: 'Hello' });
    vi.runAllTimers();
    expect(saved.map((one) => SceneList.parse(one).scenes[0]?.ticker)).toEqual(['Hello']);
  });

  it('are saved once for several changes, and when the stage closes', () => {
    const { scenes, saved } = book();
    scenes.change(id(1), { ticker: 'H' });
    scenes.change(id(1), { ticker: 'He' });
    expect(saved).toEqual([]);
    scenes.close();
    vi.runAllTimers();
    expect(saved.map((one) => one.scenes[0]?.ticker)).toEqual(['He']);
  });

  it('are no longer previewed once a scene is shown', () => {
    const { scenes } = book();
    scenes.preview(id(3));
    expect(scenes.previewed.value?.layout).toBe('side-by-side');
    expect(scenes.shown.value.layout).toBe('grid');
    scenes.show(id(3));
    expect(scenes.previewed.value).toBeNull();
    expect(scenes.shown.value.layout).toBe('side-by-side');
  });

  it('are previewed before they are shown, if the host has chosen that', () => {
    const { scenes } = book();
    scenes.setPreviewsFirst(true);
    scenes.choose(id(2));
    expect(scenes.shown.value.id).toBe(id(1));
    expect(scenes.previewed.value?.id).toBe(id(2));
    // The scene that viewers see needs no preview.
    scenes.choose(id(1));
    expect(scenes.previewed.value).toBeNull();
    scenes.choose(id(2));
    scenes.setPreviewsFirst(false);
    expect(scenes.previewed.value).toBeNull();
    scenes.choose(id(2));
    expect(scenes.shown.value.id).toBe(id(2));
  });

  it('are the same after a reload, including what viewers saw', () => {
    const before = book();
    before.scenes.show(id(3));
    before.scenes.setOverlays({ banner: { author: '', text: 'Hello' } });
    before.scenes.setPreviewsFirst(true);
    vi.runAllTimers();
    const list = before.saved.at(-1);
    const after = book(list, before.scenes.settings).scenes;
    expect(after.shown.value).toMatchObject({ id: id(3), layout: 'side-by-side' });
    expect(after.settings).toEqual(before.scenes.settings);
    // If the shown scene was removed elsewhere, the first one is shown.
    const rest = { format: 'wide' as const, scenes: (list?.scenes ?? []).slice(0, 2) };
    expect(book(rest, before.scenes.settings).scenes.shown.value.id).toBe(id(1));
  });

  it('fall back to the first one when the shown one is removed, and can’t all be removed', () => {
    const { scenes } = book();
    scenes.show(id(2));
    scenes.remove(id(2));
    expect(scenes.shown.value.id).toBe(id(1));
    for (const one of scenes.scenes.value) scenes.remove(one.id);
    expect(scenes.scenes.value).toHaveLength(1);
  });

  it('are copied to the end', () => {
    const { scenes } = book();
    const copy = scenes.copy(id(1));
    expect(scenes.scenes.value.at(-1)).toMatchObject({ id: copy, name: 'Grid 2', layout: 'grid' });
    scenes.copy(id(1));
    expect(scenes.scenes.value.at(-1)?.name).toBe('Grid 3');
  });

  it('have distinct names even if a name has the maximum length', () => {
    const { scenes } = book();
    const long = 'x'.repeat(SCENE_NAME_MAX);
    scenes.change(id(1), { name: long });
    scenes.copy(id(1));
    scenes.copy(id(1));
    const names = scenes.scenes.value.map(({ name }) => name).filter((name) => name[0] === 'x');
    expect(new Set(names).size).toBe(3);
    expect(names.every(({ length }) => length <= SCENE_NAME_MAX)).toBe(true);
  });

  it('lose only the deleted picture', () => {
    const { scenes, saved } = book();
    const [gone, kept] = [id(91), id(92)];
    scenes.change(id(1), { background: { color: '#000000', asset: gone }, fullscreen: kept });
    scenes.change(id(2), { logo: { asset: gone, corner: 'top-left' }, fullscreen: gone });
    expect(scenes.scenesWith(gone).map((one) => one.id)).toEqual([id(1), id(2)]);
    scenes.removePicture(gone);
    vi.runAllTimers();
    const [first, second] = saved.at(-1)?.scenes ?? [];
    expect(first).toMatchObject({
      background: { color: '#000000', asset: null },
      fullscreen: kept,
    });
    expect(second).toMatchObject({ logo: null, fullscreen: null });
  });
});
