import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { SCENE_NAME_MAX, SCENES_MAX } from '../../../../src/protocol/limits.js';
import {
  type Overlays,
  type Scene,
  type SceneFormat,
  type SceneLayout,
  type SceneList,
} from '../../../../src/protocol/scene.js';
import { picturesOf, withoutPicture } from './scene-pictures.js';
import type { StageSettings } from './stage-memory.js';

/** The labels of the layouts. */
export const LAYOUT_LABELS: Readonly<Record<SceneLayout, string>> = {
  solo: 'Solo',
  'side-by-side': 'Side by side',
  grid: 'Grid',
  speaker: 'Speaker',
  'picture-in-picture': 'Picture in picture',
  screen: 'Screen',
};

const LAYOUTS = [
  'grid',
  'solo',
  'side-by-side',
  'speaker',
  'picture-in-picture',
  'screen',
] as const;

const NO_OVERLAYS: Overlays = { banner: null, countdownToMs: null };

/** How long changes are collected before they are saved together, in milliseconds. */
const SAVE_AFTER_MS = 800;

/** The state of the scenes that the server doesn't store. */
export type BookSettings = Pick<StageSettings, 'shownId' | 'overlays' | 'previewsFirst'>;

export interface SceneBookOptions {
  /** The channel's stored scenes. */
  readonly list: SceneList;
  /** The state before a reload, if there was one. */
  readonly remembered?: BookSettings;
  readonly newId: () => string;
  /** Stores the scenes. Called shortly after a change. */
  readonly save: (list: SceneList) => void;
}

/** A channel's scenes, including which one viewers see and which one is being prepared. */
export class SceneBook {
  readonly #options: SceneBookOptions;
  readonly #list = signal<SceneList>({ format: 'wide', scenes: [] });
  readonly #shownId = signal('');
  readonly #previewedId = signal<string | null>(null);
  readonly #overlays = signal<Overlays>(NO_OVERLAYS);
  readonly #previewsFirst = signal(false);
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly scenes: ReadonlySignal<readonly Scene[]> = computed(() => this.#list.value.scenes);
  /** The scene that viewers see. */
  readonly shown: ReadonlySignal<Scene> = computed(() => this.#find(this.#shownId.value));
  /** The scene that only the host sees; null if there is none. */
  readonly previewed: ReadonlySignal<Scene | null> = computed(() => {
    const id = this.#previewedId.value;
    return id === null ? null : this.#find(id);
  });
  readonly overlays: ReadonlySignal<Overlays> = this.#overlays;

  constructor(options: SceneBookOptions) {
    this.#options = options;
    const { list, newId, remembered } = options;
    this.#list.value = list;
    // The initial scenes are stored too, because a reload must find the same ids.
    if (list.scenes.length === 0) this.#set(LAYOUTS.map((one) => sceneOf(one, newId())));
    this.#shownId.value = this.#find(remembered?.shownId ?? '').id;
    if (!remembered) return;
    this.#overlays.value = remembered.overlays;
    this.#previewsFirst.value = remembered.previewsFirst;
  }

  /** The state to restore after a reload. */
  get settings(): BookSettings {
    return {
      shownId: this.#shownId.value,
      overlays: this.#overlays.value,
      previewsFirst: this.#previewsFirst.value,
    };
  }

  /** The programme's size, which is the same for a whole broadcast. */
  get format(): SceneFormat {
    return this.#list.peek().format;
  }

  get canAdd(): boolean {
    return this.#list.value.scenes.length < SCENES_MAX;
  }

  /** Whether scenes are previewed before viewers see them. */
  get previewsFirst(): ReadonlySignal<boolean> {
    return this.#previewsFirst;
  }

  /** Sets {@link previewsFirst}. Setting it to false ends a preview. */
  setPreviewsFirst(previewsFirst: boolean): void {
    this.#previewsFirst.value = previewsFirst;
    if (!previewsFirst) this.#previewedId.value = null;
  }

  /** Previews a scene or shows it, depending on {@link previewsFirst}. */
  choose(id: string): void {
    if (this.#previewsFirst.peek() && id !== this.#shownId.peek()) this.preview(id);
    else this.show(id);
  }

  /** Shows a scene to viewers. */
  show(id: string): void {
    this.#shownId.value = id;
    this.#previewedId.value = null;
  }

  /** Shows a scene only to the host; null ends the preview. */
  preview(id: string | null): void {
    this.#previewedId.value = id;
  }

  change(id: string, change: Partial<Omit<Scene, 'id'>>): void {
    this.#set(this.scenes.peek().map((one) => (one.id === id ? { ...one, ...change } : one)));
  }

  /** Adds a copy of a scene at the end, and returns its id. */
  copy(id: string): string {
    const copy = { ...this.#find(id), id: this.#options.newId() };
    const names = this.scenes.peek().map(({ name }) => name);
    this.#set([...this.scenes.peek(), { ...copy, name: copyName(copy.name, names) }]);
    return copy.id;
  }

  /** Returns the scenes that show a picture. */
  scenesWith(picture: string): readonly Scene[] {
    return this.scenes.peek().filter((one) => picturesOf(one).includes(picture));
  }

  /** Removes a picture from all scenes. */
  removePicture(picture: string): void {
    this.#set(this.scenes.peek().map((one) => withoutPicture(one, picture)));
  }

  /** Removes a scene, unless it is the only one. */
  remove(id: string): void {
    const rest = this.scenes.peek().filter((one) => one.id !== id);
    if (rest.length === 0) return;
    this.#set(rest);
    if (this.#previewedId.peek() === id) this.#previewedId.value = null;
    if (this.#shownId.peek() === id) this.#shownId.value = rest[0]?.id ?? '';
  }

  setOverlays(change: Partial<Overlays>): void {
    this.#overlays.value = { ...this.#overlays.peek(), ...change };
  }

  /** Saves what hasn't been saved yet. */
  close(): void {
    if (this.#timer !== undefined) this.#save();
  }

  #find(id: string): Scene {
    const { scenes } = this.#list.value;
    // There is always a scene, because the last one can't be removed.
    return scenes.find((one) => one.id === id) ?? scenes[0] ?? sceneOf('grid', id);
  }

  #set(scenes: Scene[]): void {
    this.#list.value = { ...this.#list.peek(), scenes };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#save(), SAVE_AFTER_MS);
  }

  #save(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#options.save(this.#list.peek());
  }
}

/** Returns an unused name for a copy, such as `Grid 2`. */
function copyName(name: string, taken: readonly string[]): string {
  for (let number = 2; ; number += 1) {
    const suffix = ` ${number}`;
    const copy = name.slice(0, SCENE_NAME_MAX - suffix.length).trimEnd() + suffix;
    if (!taken.includes(copy)) return copy;
  }
}

function sceneOf(layout: SceneLayout, id: string): Scene {
  return {
    id,
    name: LAYOUT_LABELS[layout],
    layout,
    background: { color: '#14161a', asset: null },
    accent: '#3f6ae0',
    names: true,
    logo: null,
    ticker: '',
    fullscreen: null,
  };
}
