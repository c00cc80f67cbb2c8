import { batch, computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import { PlayedVideo } from '../../../client/stage/played-video.js';
import type { StageMix } from '../../../client/stage/stage-mix.js';
import { PLAYED } from './host-people.js';

/** A file from the host's computer: a video, or a picture (`video` null). */
export type OpenedFile = { readonly name: string; readonly video: PlayedVideo | null };

/** The place where a file is shown: alone, or beside the people like a shared screen. */
export type FilePlace = 'alone' | 'in-layout';

/** The action when a video ends: return to the scene, or repeat the video. */
export type FileEnd = 'back' | 'repeat';

type Mix = Pick<StageMix, 'openVideo' | 'setPicture'>;

/**
 * Plays a video or picture from the host's computer into the programme. A file is opened first, and
 * shown when the host is ready. Afterwards, it can be shown again.
 */
export class FilePlayer {
  readonly #mix: Mix;
  readonly #file = signal<OpenedFile | null>(null);
  readonly #isShown = signal(false);
  readonly #place = signal<FilePlace>('alone');
  readonly #atEnd = signal<FileEnd>('back');
  readonly #volume = signal(1);
  readonly #stop: () => void;
  /** The number of calls to {@link open} and {@link close}. Only the latest call counts. */
  #changes = 0;

  /** The opened file; null if there is none. */
  readonly file: ReadonlySignal<OpenedFile | null> = this.#file;
  readonly isShown: ReadonlySignal<boolean> = this.#isShown;
  readonly place: ReadonlySignal<FilePlace> = this.#place;
  readonly atEnd: ReadonlySignal<FileEnd> = this.#atEnd;
  /** The volume, 0 to 1. */
  readonly volume: ReadonlySignal<number> = this.#volume;
  /** The file as shown in the programme; null while it isn't shown. */
  readonly shown: ReadonlySignal<Readonly<{ name: string; fills: boolean }> | null> = computed(
    () => {
      const file = this.#file.value;
      if (!file || !this.#isShown.value) return null;
      return { name: file.name, fills: this.#place.value === 'alone' };
    },
  );

  constructor(mix: Mix) {
    this.#mix = mix;
    this.#stop = effect(() => {
      const video = this.#file.value?.video;
      video?.setVolume(this.#volume.value);
      video?.setRepeating(this.#atEnd.value === 'repeat');
    });
  }

  /**
   * Opens a file instead of the current one, without showing it.
   * @throws Error with a message for the host if the browser can't show it
   */
  async open(file: File): Promise<void> {
    this.close();
    const change = this.#changes;
    const opened = await this.#opened(file);
    if (change !== this.#changes) return this.#drop(opened);
    this.#file.value = opened;
    // An ended video can't be played again, so the file is reopened.
    opened.video?.onEnded(() => void this.open(file).catch(() => undefined));
  }

  /** Shows the file, and plays or resumes it if it is a video. */
  async show(): Promise<void> {
    this.#isShown.value = true;
    await this.#file.peek()?.video?.play();
  }

  /** Returns to the scene. The next time, the file is shown from its beginning. */
  hide(): void {
    this.#isShown.value = false;
    const video = this.#file.peek()?.video;
    video?.pause();
    video?.restart();
  }

  setPlace(place: FilePlace): void {
    this.#place.value = place;
  }

  setAtEnd(atEnd: FileEnd): void {
    this.#atEnd.value = atEnd;
  }

  /** @param volume 0 to 1 */
  setVolume(volume: number): void {
    this.#volume.value = volume;
  }

  /** Takes the file out of the programme and releases it. */
  close(): void {
    this.#changes += 1;
    const file = this.#file.peek();
    batch(() => {
      this.#isShown.value = false;
      this.#file.value = null;
    });
    file?.video?.close();
    if (file?.video === null) void this.#mix.setPicture(PLAYED, 'screen', null);
  }

  /** Closes the file and stops the player permanently. */
  dispose(): void {
    this.close();
    this.#stop();
  }

  /** Releases a file that another one has replaced while it was opened. */
  #drop({ video }: OpenedFile): void {
    if (video !== null) video.close();
    else if (this.#file.peek()?.video !== null) void this.#mix.setPicture(PLAYED, 'screen', null);
  }

  async #opened(file: File): Promise<OpenedFile> {
    const name = file.name.replace(/\.\w+$/, '');
    const isPicture = file.type.startsWith('image/');
    if (!isPicture && !PlayedVideo.supported)
      throw new Error(
        'This browser can’t play a video in your broadcast. Use Chrome or Edge, or show a picture instead.',
      );
    try {
      if (!isPicture) return { name, video: await this.#mix.openVideo(file) };
      await this.#mix.setPicture(PLAYED, 'screen', file);
      return { name, video: null };
    } catch {
      throw new Error(
        `This browser can’t show “${file.name}”. Choose an MP4 or WebM video, or a picture.`,
      );
    }
  }
}
